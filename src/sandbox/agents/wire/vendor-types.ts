/** Short names for the vendor's own types: every answer and event of this sandbox is one of these. */
import type { Beta } from '@anthropic-ai/sdk/resources/beta/beta'
import type * as EventTypes from '@anthropic-ai/sdk/resources/beta/sessions/events'
import type * as SessionTypes from '@anthropic-ai/sdk/resources/beta/sessions/sessions'

export type Agent = Beta.Agents.BetaManagedAgentsAgent
export type AgentTool = Agent['tools'][number]
export type McpServer = Agent['mcp_servers'][number]
export type McpToolset = Beta.Agents.BetaManagedAgentsMCPToolset
export type BuiltInToolset = Beta.Agents.BetaManagedAgentsAgentToolset20260401
export type CustomTool = Beta.Agents.BetaManagedAgentsCustomTool
export type PermissionPolicy = McpToolset['default_config']['permission_policy']

export type Environment = Beta.Environments.BetaEnvironment
export type DeletedEnvironment = Beta.Environments.BetaEnvironmentDeleteResponse

export type Vault = Beta.Vaults.BetaManagedAgentsVault
export type DeletedVault = Beta.Vaults.BetaManagedAgentsDeletedVault
export type Credential = Beta.Vaults.BetaManagedAgentsCredential
export type DeletedCredential = Beta.Vaults.BetaManagedAgentsDeletedCredential

export type FileMetadata = Beta.Files.BetaFileMetadata
export type DeletedFile = Beta.Files.BetaDeletedFile

export type Session = SessionTypes.BetaManagedAgentsSession
export type SessionAgent = SessionTypes.BetaManagedAgentsSessionAgent
export type DeletedSession = SessionTypes.BetaManagedAgentsDeletedSession
export type SessionResource = Session['resources'][number]
export type FileResource = Beta.Sessions.BetaManagedAgentsFileResource
export type DeletedSessionResource = Beta.Sessions.BetaManagedAgentsDeleteSessionResource
export type Budget = SessionTypes.BetaManagedAgentsBudgetLimit

export type SessionEvent = EventTypes.BetaManagedAgentsSessionEvent
export type SessionEventType = EventTypes.BetaManagedAgentsSessionEventType
export type StreamEvent = EventTypes.BetaManagedAgentsStreamSessionEvents
export type SentEvents = EventTypes.BetaManagedAgentsSendSessionEvents
export type PreviewType = SessionTypes.BetaManagedAgentsDeltaType
export type Preview = SessionTypes.BetaManagedAgentsStartEvent | SessionTypes.BetaManagedAgentsDeltaEvent

export type UserMessage = EventTypes.BetaManagedAgentsUserMessageEvent
export type UserInterrupt = EventTypes.BetaManagedAgentsUserInterruptEvent
export type ToolConfirmation = EventTypes.BetaManagedAgentsUserToolConfirmationEvent
export type CustomToolResult = EventTypes.BetaManagedAgentsUserCustomToolResultEvent
export type SystemMessage = SessionTypes.BetaManagedAgentsSystemMessageEvent
/** What a client can send here and the log keeps, queued (`processed_at` null) or processed. */
export type ClientEvent = UserMessage | UserInterrupt | ToolConfirmation | CustomToolResult | SystemMessage

export type McpToolUse = EventTypes.BetaManagedAgentsAgentMCPToolUseEvent
export type McpToolResult = EventTypes.BetaManagedAgentsAgentMCPToolResultEvent
export type ToolResultContent = NonNullable<McpToolResult['content']>
export type IdleEvent = EventTypes.BetaManagedAgentsSessionStatusIdleEvent
export type StopReason = IdleEvent['stop_reason']
export type StopDetails = NonNullable<IdleEvent['stop_details']>
export type SessionError = EventTypes.BetaManagedAgentsSessionErrorEvent['error']
export type RetryStatus = SessionError['retry_status']['type']
export type ModelUsage = EventTypes.BetaManagedAgentsSpanModelUsage

/** One page of a list, as `PageCursor` of the SDK reads it. */
export interface Page<T> {
  data: T[]
  next_page: string | null
}

/** One page of a list that can also be walked backwards (`BidirectionalPageCursor`). */
export interface TwoWayPage<T> extends Page<T> {
  prev_page: string | null
}
