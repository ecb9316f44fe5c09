#!/usr/bin/env node
/** The command line: `antin <verb> …`. Each verb is a file of its own, loaded only when it is asked for. */
const verbs = {
  run: () => import('./run.ts'),
  sign: () => import('./sign.ts'),
  extend: () => import('./extend.ts'),
  verify: () => import('./verify.ts'),
  place: () => import('./place.ts'),
  inspect: () => import('./inspect.ts'),
  tokens: () => import('./tokens.ts'),
  doctor: () => import('./doctor.ts'),
  journal: () => import('./journal.ts'),
  pairings: () => import('./pairings.ts'),
  'native-host': () => import('./native-host.ts'),
} satisfies Record<string, () => Promise<Verb>>

interface Verb {
  /** What `antin <verb> --help` prints. */
  usage: string
  /** @returns the exit code */
  run(words: string[]): Promise<number>
}

const overview = `Usage: antin <verb> [options]

  run       start the agent that the browser extension talks to
  sign      sign PDF files with a token or a key file
  extend    add time stamps and evidence to signed PDF files, and renew archives
  verify    say whether the signatures of PDF files hold
  place     say where an act would draw hand, seal, number and date
  inspect   say what a PDF file is made of, and what was read of it
  tokens    list the tokens and key files that can sign
  doctor    say what is wrong on this PC, and what to do about it
  journal   say whether the journal is as it was written; export what was signed
  pairings  list the browsers that may ask for signatures, and take one off the list
  native-host  let a browser start Ấn Tín and be paired without a click

"antin <verb> --help" tells the options of a verb.
`

async function main([name, ...words]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(overview)
    return name === undefined ? 64 : 0
  }
  if (!isVerb(name)) {
    process.stderr.write(`antin: there is no verb "${name}"\n\n${overview}`)
    return 64
  }
  const verb = await verbs[name]()
  if (words.includes('--help')) {
    process.stdout.write(verb.usage)
    return 0
  }
  return verb.run(words)
}

function isVerb(name: string): name is keyof typeof verbs {
  return Object.hasOwn(verbs, name)
}

process.exitCode = await main(process.argv.slice(2))

export {}
