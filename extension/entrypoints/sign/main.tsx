import { SignWindow } from '../../ui/sign-window.tsx'
import { showWindow } from '../wiring/show-window.tsx'

const batchId = new URLSearchParams(location.search).get('batch') ?? ''

showWindow({ title: 'windowSign', greetings: [], content: (parts) => <SignWindow {...parts} batchId={batchId} /> })
