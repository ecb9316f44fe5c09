import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Language } from '../../shared/text/errors.ts'
import { interfaceText, type InterfaceText } from '../../shared/text/interface.ts'

export const LanguageOfWindow = createContext<Language>('vi')

export function useLanguage(): Language {
  return useContext(LanguageOfWindow)
}

/** The sentences of the interface in the language of the window. */
export function useSay(): InterfaceText {
  return interfaceText(useLanguage())
}
