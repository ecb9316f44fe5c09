import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAskServer } from '../../../agent/trust/ask-server.ts'
import { readCertificate } from '../../../agent/trust/certificate.ts'
import type { Certificate } from '../../../agent/trust/certificate.ts'
import type { AskServer } from '../../../agent/trust/server-question.ts'
import type { Credential, HolderRequest } from '../../../demo/authority/authority.ts'
import { serveAuthority } from '../../../demo/authority/serve-authority.ts'
import type { AuthorityServers } from '../../../demo/authority/serve-authority.ts'

/** The authority with its servers in a folder of its own, and what a verifier must know of it. */
export interface AuthorityRig {
  folder: string
  servers: AuthorityServers
  roots: Certificate[]
  issuing: Certificate
  ask: AskServer
  issue(more?: Partial<HolderRequest>): Promise<Credential>
  close(): Promise<void>
}

export async function openAuthorityRig(): Promise<AuthorityRig> {
  const folder = await mkdtemp(join(tmpdir(), 'antin-trust-'))
  const servers = await serveAuthority(join(folder, 'authority'))
  const { authority } = servers
  return {
    folder,
    servers,
    roots: [readCertificate(authority.root.certificateDer)],
    issuing: readCertificate(authority.issuing.certificateDer),
    ask: createAskServer({ hosts: [servers.host] }),
    issue: (more = {}) => authority.issue({ profile: 'leader', name: 'Lê Thị Thu Hà', organisation: 'Sở Y tế tỉnh Sông Hương', ...more }),
    close: async () => {
      await servers.close()
      await rm(folder, { recursive: true })
    },
  }
}
