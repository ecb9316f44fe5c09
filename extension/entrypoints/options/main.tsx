import { browser } from 'wxt/browser'
import { Options } from '../../ui/options.tsx'
import { showWindow } from '../wiring/show-window.tsx'
import { picturesOfAgent } from './pictures.ts'

const { version } = browser.runtime.getManifest()

showWindow({ title: 'windowOptions', greetings: [{ kind: 'refresh' }], content: (parts) => <Options {...parts} pictures={picturesOfAgent} version={version} /> })
