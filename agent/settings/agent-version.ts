import description from '../../package.json' with { type: 'json' }

/** The version of this agent, as `hello` and `status` tell it to a paired extension. */
export const agentVersion: string = description.version
