import * as v from 'valibot'
import { origin } from '../../shared/protocol/fields.ts'
import { limits, ports } from '../../shared/protocol/limits.ts'

const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4_096))
const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))
const chromiumId = v.pipe(v.string(), v.regex(/^[a-p]{32}$/))
const host = v.pipe(v.string(), v.regex(/^[a-z0-9.-]+(:\d+)?$/))
const webAddress = v.pipe(v.string(), v.regex(/^https?:\/\/[^\s/]+(\/\S*)?$/), v.maxLength(2_048))
const atMost = (name: keyof typeof limits) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits[name]))
const ms = v.pipe(v.number(), v.integer(), v.minValue(1))

/** Every setting of the agent, with what holds where no layer says anything. Nothing here is ever a secret. */
const entries = {
  /** Tried in this order; the first free one is taken. 0 stands for any. */
  ports: v.pipe(v.array(port), v.minLength(1)),
  /** Chromium extensions that may connect, beside those in shared/protocol/extension-ids.ts. */
  extensionIds: v.array(chromiumId),
  /** Page origins that may ask for signatures; empty for any https page. */
  listedSites: v.array(origin),
  /** Hosts whose pages may ask over plain http, beside this PC itself. */
  httpHosts: v.array(host),
  /** Whether files of this PC may be signed in the browser, which no page asked for. */
  filesFromDisk: v.boolean(),
  /** The program that asks for the PIN and confirms a pairing; absent for the first one found. */
  pinentry: v.optional(path),
  /** PKCS#11 modules: a path, or path#serial for one token of it. */
  pkcs11Modules: v.array(path),
  /** PKCS#12 key files. */
  keyFiles: v.array(path),
  /** Whether drivers are looked for on this PC where no layer names a module or a key file. */
  searchDrivers: v.boolean(),
  /** Whose act a signature of a token is, by the serial number of the token (a key file: by its path). Layers add to each other. */
  tokenRoles: v.record(v.pipe(v.string(), v.minLength(1), v.maxLength(4_096)), v.picklist(['person', 'agency'])),
  /** Whether a personal key may seal and an agency's approve; the law gives the agency's key to its registrar alone. */
  anyKey: v.boolean(),
  /** Whether documents with a mark of secrecy may be signed; the law keeps them off ordinary PCs. */
  allowClassified: v.boolean(),
  /** How signatures are made; RSA keys whose token has no PSS sign by PKCS#1 v1.5, and elliptic curves know no padding. */
  signatureScheme: v.strictObject({ digest: v.picklist(['sha256', 'sha384', 'sha512']), padding: v.picklist(['pkcs1', 'pss']) }),
  /** Whether a document that carries no signature yet is certified by the first one: afterwards only fields may be filled in and signed. */
  certify: v.boolean(),
  language: v.picklist(['vi', 'en']),
  appearance: v.strictObject({
    visible: v.boolean(),
    /** PNG with alpha of the signer's hand, a path. */
    signatureImage: v.optional(path),
    /** PNG with alpha of the agency's seal, a path. */
    sealImage: v.optional(path),
    /** Real diameter of the seal in millimetres. */
    sealMm: v.pipe(v.number(), v.minValue(15), v.maxValue(60)),
  }),
  /** Folder of root certificates (PEM or DER) that `verify` trusts. */
  rootsFolder: v.optional(path),
  /** The time-stamp server (RFC 3161) that signatures are stamped by, and the one policy that its stamps must have. */
  timeStamp: v.optional(v.strictObject({ url: webAddress, policy: v.optional(v.pipe(v.string(), v.regex(/^[0-2](\.\d+)+$/))) })),
  /** How long signatures can be judged (docs/signatures.md); absent: B-T on official duty where `timeStamp` is set, else B-B. */
  level: v.optional(v.picklist(['B-B', 'B-T', 'B-LT', 'B-LTA'])),
  /** After how long the clerk may take a document that waits for its time stamp without one. */
  unstampedAfterMinutes: v.union([v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_080)), v.literal('never')]),
  /** Servers of authorities that may be asked for revocation and issuers: what a certificate names beside these is not asked. */
  evidenceHosts: v.array(host),
  /** How long a signed file stays in the spool after its delivery, in days. */
  retentionDays: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3_650)),
  /** How long a call to a driver may take. */
  deadlines: v.strictObject({ startMs: ms, listMs: ms, loginMs: ms, signMs: ms }),
  /** Smaller limits than those of shared/protocol/limits.ts, which nobody can raise. */
  limits: v.partial(
    v.strictObject({ documentBytes: atMost('documentBytes'), documentsPerBatch: atMost('documentsPerBatch'), openBatches: atMost('openBatches'), consentIdleMs: atMost('consentIdleMs') }),
  ),
}

export type Settings = v.InferOutput<v.StrictObjectSchema<typeof entries, undefined>>

/** One layer: says only what it wants to change. `appearance` and `deadlines` may be said in part. */
export const SettingsLayer = v.partial(
  v.strictObject({ ...entries, appearance: v.partial(entries.appearance), deadlines: v.partial(entries.deadlines) }),
)
export type SettingsLayer = v.InferOutput<typeof SettingsLayer>

export const defaults: Settings = {
  ports: [...ports],
  extensionIds: [],
  listedSites: [],
  httpHosts: [],
  filesFromDisk: true,
  pkcs11Modules: [],
  keyFiles: [],
  searchDrivers: true,
  tokenRoles: {},
  anyKey: false,
  allowClassified: false,
  signatureScheme: { digest: 'sha256', padding: 'pkcs1' },
  certify: false,
  language: 'vi',
  appearance: { visible: true, sealMm: 36 },
  evidenceHosts: ['ocsp.ca.gov.vn', 'ca.gov.vn', 'pub.ca.gov.vn', 'public.rootca.gov.vn'],
  unstampedAfterMinutes: 60,
  retentionDays: 30,
  deadlines: { startMs: 10_000, listMs: 10_000, loginMs: 15_000, signMs: 20_000 },
  limits: {},
}
