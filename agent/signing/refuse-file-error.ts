import { dirname } from 'node:path'
import { refuse } from '../../shared/errors.ts'

/** Throws what a failure to write `output` means to a person; anything else as it is. */
export function refuseFileError(error: unknown, output: string): never {
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') refuse('disk-full', undefined, error)
  const isOfOutput = path !== undefined && dirname(path) === dirname(output)
  if (isOfOutput && ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR'].includes(code ?? '')) refuse('folder-unwritable', { folder: dirname(output) }, error)
  throw error
}
