import { execFileSync } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** What fault-module.c is told to do. */
export interface FaultOrders {
  latency_ms?: number
  fn?: string
  mode?: 'crash' | 'abort' | 'exit' | 'hang' | 'error' | 'wrong'
  rv?: number
  after?: number
  times?: number
  removed?: 0 | 1
  set_flags?: number
  tries?: number
  tries_file?: string
  silent_flags?: 0 | 1
  pad_pin?: string
  always_auth?: 0 | 1
  cant_lock?: 0 | 1
  hide_mechanism?: number
  refuse_mechanism?: number
  noise?: 0 | 1
  signs_file?: string
  times_file?: string
  logins_file?: string
}

export interface FaultModule {
  module: string
  /** Must be in the environment of whatever loads the module. */
  environment: { P11FAULT_MODULE: string; P11FAULT_CTL: string }
  order(orders: FaultOrders): void
}

/** Builds the module in `folder`, around a real one. Needs gcc. */
export function buildFaultModule(folder: string, realModule: string): FaultModule {
  const module = path.join(folder, 'libfault.so')
  const control = path.join(folder, 'fault.ctl')
  const headers = path.resolve(import.meta.dirname, '../../node_modules/pkcs11js/includes')
  execFileSync('gcc', ['-shared', '-fPIC', '-Wall', '-I', headers, path.join(import.meta.dirname, 'fault-module.c'), '-o', module, '-ldl'], { stdio: ['ignore', 'ignore', 'inherit'] })
  // The module may read at any moment: it sees the old orders or the new ones, never half of them.
  const order = (orders: FaultOrders): void => {
    writeFileSync(`${control}.new`, Object.entries(orders).map(([name, value]) => `${name}=${value}\n`).join(''))
    renameSync(`${control}.new`, control)
  }
  order({})
  return { module, environment: { P11FAULT_MODULE: realModule, P11FAULT_CTL: control }, order }
}
