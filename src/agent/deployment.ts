/** What `npm run setup` made, and the interface of the store that keeps it. */

/**
 * The ids of one deployment's agent, environment and MCP configuration. They mean something only for the services and the
 * configuration they were made with, so those are part of the value: under another configuration they do not apply.
 */
export interface Deployment {
  /** `SCALEKIT_ENV_URL`, without a slash at its end. */
  readonly scalekitUrl: string
  /** `SCALEKIT_MCP_CONFIG`. */
  readonly configName: string
  /** The Claude API's address, without a slash at its end. */
  readonly anthropicUrl: string
  /** Managed Agents agent id. */
  readonly agentId: string
  /** Managed Agents environment id. */
  readonly environmentId: string
  /** Scalekit MCP configuration id. */
  readonly mcpConfigId: string
  /**
   * The configuration's static address: an MCP server that answers only to a person's session token. Empty where Scalekit gave
   * none, which only instance mode can do without.
   */
  readonly mcpServerUrl: string
}

/** One row: a database serves one deployment. */
export interface DeploymentStore {
  /** What was written last, whatever configuration it belongs to. */
  read(): Promise<Deployment | null>
  /** Replaces what was there. */
  write(deployment: Deployment): Promise<void>
}
