import type { KeyInfo, UnlockedKey } from '../token/key-source.ts'

/** The key of the act, and the registrar's own beside the agency's. */
export interface RunKeys {
  key: KeyInfo
  ownKey?: KeyInfo | undefined
}

/** The same once they are unlocked. */
export type UnlockedKeys = { [Name in keyof Required<RunKeys>]: Name extends 'key' ? UnlockedKey : UnlockedKey | undefined }
