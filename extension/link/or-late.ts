/** The outcome of `work`, or undefined when it takes longer than that; `work` goes on all the same. */
export async function orLate<Result>(work: Promise<Result>, patienceMs: number): Promise<Result | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
