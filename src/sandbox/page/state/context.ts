import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { PagePerson } from '../../slack/wire/page-api.js'
import type { ReadMarks } from './unread.js'
import type { ViewerState } from './viewer-state.js'
import type { Workspace } from './workspace.js'
import type { Place, WorkspaceState } from './workspace-state.js'

/** What the views share: the workspace, and the state of the person whose eyes one looks through. */

export const WorkspaceContext = createContext<Workspace | undefined>(undefined)

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext)
  if (!workspace) throw new Error('a view outside of the workspace')
  return workspace
}

/** The workspace's state; the view renders again when it changes. */
export function useWorkspaceState(): WorkspaceState {
  const workspace = useWorkspace()
  const [state, setState] = useState(workspace.state)
  useEffect(() => {
    setState(workspace.state)
    return workspace.subscribe(() => setState(workspace.state))
  }, [workspace])
  return state
}

/** The current viewer's part of the state. */
export interface ViewerView {
  readonly state: ViewerState
  readonly place: Place
  readonly marks: ReadMarks
}

export const ViewerContext = createContext<ViewerView | undefined>(undefined)

export function useViewer(): ViewerView {
  const view = useContext(ViewerContext)
  if (!view) throw new Error('a view outside of a viewer')
  return view
}

/** Names and people, apart from the rest of the state: they never change, so a message that shows one need not render again. */
export interface Directory {
  readonly viewer: PagePerson
  readonly people: ReadonlyMap<string, PagePerson>
  readonly channels: ReadonlyMap<string, string>
  openChannel(id: string): void
}

export const DirectoryContext = createContext<Directory | undefined>(undefined)

export function useDirectory(): Directory {
  const directory = useContext(DirectoryContext)
  if (!directory) throw new Error('a text outside of a workspace')
  return directory
}

/** The time now, fresh each minute: for "Today" and "Yesterday". */
export function useMinute(): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

/** A value that survives a reload. */
export function useRemembered<T extends string>(key: string, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => (localStorage.getItem(key) as T | null) ?? initial)
  return [
    value,
    (next) => {
      localStorage.setItem(key, next)
      setValue(next)
    },
  ]
}
