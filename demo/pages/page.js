// The boxes of a list: one box chooses all of the page.
const chooseAll = document.querySelector('#chon-tat-ca')
chooseAll?.addEventListener('change', () => {
  for (const box of document.querySelectorAll('input[name="chon"]')) box.checked = chooseAll.checked
})
