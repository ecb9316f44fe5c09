import { Welcome } from '../../ui/welcome.tsx'
import { showWindow } from '../wiring/show-window.tsx'

showWindow({ title: 'windowWelcome', greetings: [{ kind: 'refresh' }], content: (parts) => <Welcome {...parts} /> })
