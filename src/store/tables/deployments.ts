import type { Deployment, DeploymentStore } from '../../agent/deployment.js'
import type { Database } from '../database/database.js'

export class Deployments implements DeploymentStore {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  async read(): Promise<Deployment | null> {
    const row = await this.db.selectFrom('deployment').selectAll().executeTakeFirst()
    if (row === undefined) return null
    return {
      scalekitUrl: row.scalekit_url,
      configName: row.config_name,
      anthropicUrl: row.anthropic_url,
      agentId: row.agent_id,
      environmentId: row.environment_id,
      mcpConfigId: row.mcp_config_id,
      mcpServerUrl: row.mcp_server_url,
    }
  }

  async write(deployment: Deployment): Promise<void> {
    const values = {
      scalekit_url: deployment.scalekitUrl,
      config_name: deployment.configName,
      anthropic_url: deployment.anthropicUrl,
      agent_id: deployment.agentId,
      environment_id: deployment.environmentId,
      mcp_config_id: deployment.mcpConfigId,
      mcp_server_url: deployment.mcpServerUrl,
      updated_at: this.now(),
    }
    await this.db
      .insertInto('deployment')
      .values({ id: 1, ...values })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
      .execute()
  }
}
