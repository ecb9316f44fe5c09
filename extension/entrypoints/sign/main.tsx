import { SignWindow } from '../../ui/sign-window.tsx'
import { showWindow } from '../wiring/show-window.tsx'
import { papersOf } from './papers.ts'

const batchId = new URLSearchParams(location.search).get('batch') ?? ''
const papers = papersOf(batchId)

showWindow({ title: 'windowSign', greetings: [], content: (parts) => <SignWindow {...parts} batchId={batchId} papers={papers} /> })
