import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

export interface FilePair {
  input: string
  output: string
}

/** Names are kept, so two originals must not bear the same one, and none may lie where its new file goes. @throws Error that says what is wrong */
export function pairFiles(inputs: readonly string[], out: string, nameOf: (input: string) => string = (input) => basename(input)): FilePair[] {
  mkdirSync(out, { recursive: true })
  const folder = realpathSync(out)
  const names = inputs.map(nameOf)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Error(`two files are called ${twice}`)
  return inputs.map((input, index) => {
    if (!statSync(input, { throwIfNoEntry: false })?.isFile()) throw new Error(`there is no file ${input}`)
    const output = join(folder, names[index] ?? '')
    if (join(realpathSync(dirname(input)), basename(input)) === output) throw new Error(`${input} lies in ${out} and would be overwritten: choose another --out`)
    return { input, output }
  })
}
