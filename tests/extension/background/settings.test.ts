import { expect, test } from 'vitest'
import { Settings } from '../../../extension/background/settings.ts'
import { FakeBrowser } from './fake-browser.ts'

async function load(managed: Record<string, unknown>, disk: Record<string, unknown> = {}): Promise<Settings> {
  const browser = new FakeBrowser()
  browser.disk = disk
  browser.api.storage.managed.get = () => Promise.resolve(managed)
  const settings = new Settings(browser.browser)
  await settings.load()
  return settings
}

test('the clerk’s language stands where the office says nothing', async () => {
  const settings = await load({}, { language: 'en' })
  expect([settings.language, settings.fixed]).toEqual(['en', {}])
  await settings.setLanguage('vi')
  expect(settings.language).toBe('vi')
})

test('language and port of managed storage are fixed', async () => {
  const settings = await load({ language: 'vi', agentPort: 27_190 }, { language: 'en' })
  expect([settings.language, settings.fixed]).toEqual(['vi', { language: true, agentPort: 27_190 }])
  await settings.setLanguage('en')
  expect(settings.language).toBe('vi')
})

test('managed storage with other things in it fixes nothing', async () => {
  const settings = await load({ language: 'fr', agentPort: '27190' })
  expect([settings.language, settings.fixed]).toEqual(['vi', {}])
})
