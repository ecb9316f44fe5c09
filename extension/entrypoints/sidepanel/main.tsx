import { SidePanel } from '../../ui/side-panel.tsx'
import { showWindow } from '../wiring/show-window.tsx'

showWindow({ title: 'windowPanel', greetings: [], content: (parts) => <SidePanel {...parts} /> })
