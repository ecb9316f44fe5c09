import { realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { catalogue, driverOf, openSc, usualFolders, type CatalogueDriver, type CataloguePlatform } from './drivers.ts'
import { inspectModule, type Machine, type ModuleVerdict } from './inspect-module.ts'
import { registeredModules, type Registrations } from './p11-kit.ts'
import { modulesOfProviders, type QueryRegistry } from './windows-providers.ts'

export type CandidateOrigin = 'settings' | 'catalogue' | 'p11-kit' | 'windows' | 'opensc'

/** A file that may be a driver of this PC, and whether this process can load it. */
export interface Candidate {
  path: string
  origin: CandidateOrigin
  driver: CatalogueDriver | undefined
  verdict: ModuleVerdict
}

export interface SearchOptions extends Partial<Machine> {
  environment?: NodeJS.ProcessEnv
  /** The folder that stands for `/`, where a test brings a system of its own. */
  root?: string
  /** How the registry of Windows is asked, where a test answers itself. */
  query?: QueryRegistry
}

/**
 * Looks for drivers where no setting names one: the catalogue, then what is registered with p11-kit or Windows, then OpenSC. A
 * file counts once, by its real path. Nothing is loaded, and nothing that a browser says has a part in it.
 */
export async function findDrivers({ platform = process.platform, arch = process.arch, environment = process.env, root = '/', query }: SearchOptions = {}): Promise<Candidate[]> {
  const place = (folder: string): string[] => expand(folder, environment, root)
  const found = [
    ...cataloguePaths(platform, place).map((file) => ({ file, origin: 'catalogue' as const })),
    ...(await registeredPaths(platform, environment, place)).map((file) => ({ file, origin: isOpenSc(file) ? ('opensc' as const) : ('p11-kit' as const) })),
    ...(platform === 'win32' ? await modulesOfProviders(environment, query) : []).map((file) => ({ file, origin: 'windows' as const })),
    ...pathsOf(openSc, platform, place).map((file) => ({ file, origin: 'opensc' as const })),
  ]
  // OpenSC comes last, whoever registered it.
  const inOrder = [...found.filter(({ origin }) => origin !== 'opensc'), ...found.filter(({ origin }) => origin === 'opensc')]
  const candidates = new Map<string, Candidate>()
  for (const { file, origin } of inOrder) {
    const real = await realPathOf(file)
    if (real === undefined || candidates.has(real)) continue
    const verdict = await inspectModule(file, { platform, arch })
    // Windows has providers of its own, which are no drivers.
    if (origin === 'windows' && !verdict.loadable && verdict.reason === 'not-a-pkcs11-module') continue
    candidates.set(real, { path: file, origin, driver: driverOf(path.basename(file)), verdict })
  }
  return withoutTwins([...candidates.values()])
}

/** The modules to load of what was found. */
export async function findModules(options: SearchOptions = {}): Promise<string[]> {
  return (await findDrivers(options)).filter(({ verdict }) => verdict.loadable).map((candidate) => candidate.path)
}

/** The same look at modules that the settings name. */
export async function inspectNamed(paths: readonly string[]): Promise<Candidate[]> {
  return Promise.all(
    [...new Set(paths)].map(async (file) => ({ path: file, origin: 'settings' as const, driver: driverOf(path.basename(file)), verdict: await inspectModule(file) })),
  )
}

function cataloguePaths(platform: NodeJS.Platform, place: (folder: string) => string[]): string[] {
  return catalogue.flatMap((driver) => pathsOf(driver, platform, place))
}

function pathsOf({ files, folders }: CatalogueDriver, platform: NodeJS.Platform, place: (folder: string) => string[]): string[] {
  if (!isCataloguePlatform(platform)) return []
  const all = [...(folders?.[platform] ?? []), ...usualFolders[platform]].flatMap(place)
  return (files[platform] ?? []).flatMap((file) => all.map((folder) => path.join(folder, file)))
}

async function registeredPaths(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv, place: (folder: string) => string[]): Promise<string[]> {
  if (platform === 'win32') return []
  const own = environment.XDG_CONFIG_HOME ?? path.join(environment.HOME ?? homedir(), '.config')
  const registrations: Registrations = {
    configurations: [...['/usr/share/p11-kit/modules', '/etc/pkcs11/modules'].flatMap(place), path.join(own, 'pkcs11', 'modules')],
    modules: ['/usr/lib/x86_64-linux-gnu/pkcs11', '/usr/lib/aarch64-linux-gnu/pkcs11', '/usr/lib64/pkcs11', '/usr/lib/pkcs11', '/usr/local/lib/pkcs11'].flatMap(place),
  }
  return (await registeredModules(registrations)).flat()
}

/** `%Name%` is taken from the environment; a folder whose variable is not set is nowhere. */
function expand(folder: string, environment: NodeJS.ProcessEnv, root: string): string[] {
  const [, name, rest = ''] = /^%([^%]+)%(.*)$/.exec(folder) ?? []
  if (name === undefined) return [path.join(root, folder)]
  const value = environment[name]
  return value === undefined || value === '' ? [] : [path.join(value, rest)]
}

async function realPathOf(file: string): Promise<string | undefined> {
  try {
    return await realpath(file)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    // It is there, and the verdict will say that it cannot be read.
    return file
  }
}

/** The 32-bit half of a driver that is there in both is no finding. */
function withoutTwins(candidates: readonly Candidate[]): Candidate[] {
  const loadable = new Set(candidates.filter(({ verdict }) => verdict.loadable).map((candidate) => path.basename(candidate.path).toLowerCase()))
  return candidates.filter(({ path: file, verdict }) => verdict.loadable || verdict.reason !== 'wrong-architecture' || !loadable.has(path.basename(file).toLowerCase()))
}

function isOpenSc(file: string): boolean {
  return /^(onepin-)?opensc-pkcs11\./.test(path.basename(file))
}

function isCataloguePlatform(platform: NodeJS.Platform): platform is CataloguePlatform {
  return Object.hasOwn(usualFolders, platform)
}
