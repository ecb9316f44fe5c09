/** ASP.NET: the control that `__doPostBack` is called for, and the form that it sends. */
export interface Postback {
  form: HTMLFormElement
  target: string
  argument: string
}

export function postbackTarget(element: Element): Postback | undefined {
  const script = [element.getAttribute('href'), element.getAttribute('onclick')].find((text) => text?.includes('__doPostBack') === true)
  if (script == null) return undefined
  const [, target, argument = ''] = /__doPostBack\(\s*['"]([^'"]+)['"]\s*,\s*['"]([^'"]*)['"]/.exec(script) ?? []
  const form = element.closest('form') ?? element.ownerDocument.querySelector<HTMLFormElement>('form')
  return target === undefined || form === null ? undefined : { form, target, argument }
}
