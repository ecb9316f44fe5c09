/** Of the overlay alone: it stands in a closed shadow root, above the page, and takes nothing of the page's looks. */
export const overlayStyle = `
:host { all: initial; position: fixed; inset: 0; margin: 0; padding: 0; border: 0; width: 100%; height: 100%; max-width: none; max-height: none; background: transparent; pointer-events: none; overflow: visible; color-scheme: light dark; }
* { box-sizing: border-box; }
.card { --ink: #1d1b1a; --soft: #5d5753; --paper: #ffffff; --line: #d8d2cc; --seal: #9f1d2a; --on-seal: #ffffff; --tint: #f7f3ef; --bad: #8f1420;
  position: fixed; right: 20px; bottom: 20px; width: min(380px, calc(100vw - 40px)); max-height: calc(100vh - 40px); overflow: auto; pointer-events: auto;
  font: 14px/1.5 system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-top: 3px solid var(--seal); border-radius: 10px; padding: 14px 16px 16px; box-shadow: 0 10px 34px rgb(0 0 0 / .28); }
@media (prefers-color-scheme: dark) { .card { --ink: #f1ece8; --soft: #b9b0aa; --paper: #24201f; --line: #4a4340; --seal: #e26a74; --on-seal: #24100f; --tint: #302a28; --bad: #ff9aa2; } }
.card.left { right: auto; left: 20px; }
.bar { display: flex; align-items: center; gap: 8px; }
h1 { font: inherit; font-size: 12.5px; color: var(--soft); margin: 0; flex: 1; }
.step { font-size: 12px; color: var(--soft); white-space: nowrap; }
h2 { font: inherit; font-weight: 650; font-size: 16px; line-height: 1.35; margin: 8px 0 4px; }
p { margin: 4px 0; }
.soft { color: var(--soft); font-size: 13px; }
.bad { color: var(--bad); font-weight: 600; }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 12px; }
button { font: inherit; min-height: 32px; padding: 4px 12px; border-radius: 7px; border: 1px solid var(--line); background: var(--tint); color: inherit; cursor: pointer; }
button.main { background: var(--seal); border-color: var(--seal); color: var(--on-seal); font-weight: 600; }
td:nth-child(2) { white-space: nowrap; }
.card:focus { outline: none; }
button:focus-visible { outline: 3px solid #2f6fed; outline-offset: 2px; }
.guide { margin-top: 8px; border-radius: 7px; background: var(--tint); padding: 6px 10px; font-size: 13px; color: var(--soft); }
.guide:empty { display: none; }
table { border-collapse: collapse; width: 100%; margin: 8px 0 0; font-size: 12.5px; }
caption { text-align: left; color: var(--soft); font-size: 12px; padding-bottom: 2px; }
th { text-align: left; font-weight: 600; border-bottom: 1px solid var(--line); padding: 3px 6px 3px 0; }
td { vertical-align: top; border-bottom: 1px solid var(--line); padding: 4px 6px 4px 0; overflow-wrap: anywhere; }
td.none { color: var(--bad); }
.frame { position: fixed; border: 2px solid #9f1d2a; background: rgb(159 29 42 / .10); border-radius: 4px; pointer-events: none; }
.frame.other { border: 1px dashed #9f1d2a; background: rgb(159 29 42 / .05); }
@media (forced-colors: active) { .frame { border-color: Highlight; } .card { border: 2px solid CanvasText; } }
`
