import { writeFileSync } from 'node:fs'

/**
 * A driver that crashes would leave a core file with the PIN in it. Linux then writes none of the memory of this process,
 * nor of the window that it opens (core(5), /proc/PID/coredump_filter). Elsewhere nothing is written by default.
 */
export function leaveNoMemoryInCores(): void {
  if (process.platform !== 'linux') return
  writeFileSync('/proc/self/coredump_filter', '0')
}
