import type { AskServer } from '../trust/server-question.ts'
import type { Stage } from './stage.ts'

/** Servers take their time: meanwhile the clock stands, and other documents have their turn. */
export function askBetweenStages(ask: AskServer, stage: Stage, sizeBytes: number): AskServer {
  return async (question) => {
    stage.leave()
    try {
      return await ask(question)
    } finally {
      await stage.enter(sizeBytes)
    }
  }
}
