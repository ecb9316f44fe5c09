import { defineContentScript } from 'wxt/utils/define-content-script'

/** Registered at run time, for listed sites only. */
export default defineContentScript({
  registration: 'runtime',
  matches: [],
  main() {
    return undefined
  },
})
