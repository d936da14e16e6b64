import { render } from 'preact'
import { App } from './components/app.js'
import { WorkspaceContext } from './state/context.js'
import './styles.css'
import { Workspace } from './state/workspace.js'

const root = document.getElementById('app')
if (!root) throw new Error('index.html has no #app')

const workspace = new Workspace()
void workspace.start()
// A page that was hidden has not been read: it is, once it is looked at again.
document.addEventListener('visibilitychange', () => workspace.markVisibleRead())
window.addEventListener('pagehide', () => workspace.stop())

render(
  <WorkspaceContext.Provider value={workspace}>
    <App />
  </WorkspaceContext.Provider>,
  root,
)
