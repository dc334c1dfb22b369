/// How a report looks: one column, light or dark as the browser is, and plain on paper.
enum PageStyle {
  static let text = """
    :root { color-scheme: light dark; --paper: #ffffff; --ink: #222222; --faded: #5f6368; --line: #dadce0;
      --panel: #f6f7f8; --link: #1a56b0; --error: #a3231a; }
    @media screen and (prefers-color-scheme: dark) {
      :root { --paper: #16181d; --ink: #ececec; --faded: #a0a4ad; --line: #31343c; --panel: #1f2229; --link: #8ab4f8;
        --error: #f28b82; }
    }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
      font: 16px/1.5 system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif; }
    h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
    h2 { margin: 2.5rem 0 0.75rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--line); font-size: 1.35rem; }
    h3 { margin: 1.75rem 0 0.5rem; font-size: 1.05rem; overflow-wrap: anywhere; }
    h4 { margin: 1.25rem 0 0.4rem; font-size: 0.95rem; color: var(--faded); }
    header p, .from, .hash, figcaption { margin: 0.3rem 0; color: var(--faded); font-size: 0.9rem; }
    nav { margin: 1rem 0; display: flex; flex-wrap: wrap; gap: 0.3rem 1.1rem; }
    a { color: var(--link); }
    code, pre { font: 0.85rem/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
    .hash code, h3 code { overflow-wrap: anywhere; }
    h3 code { font-size: 0.95rem; }
    h3 span { color: var(--faded); font-weight: 400; }
    pre { margin: 0; white-space: pre; }
    .scroll, .cell pre, pre.script { overflow-x: auto; }
    table { border-collapse: collapse; margin: 0.4rem 0 0.8rem; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
    caption { text-align: left; color: var(--faded); padding-bottom: 0.25rem; }
    th, td { padding: 0.2rem 1.1rem 0.2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
    th { font-weight: 600; }
    figure { margin: 1rem 0 1.5rem; }
    figure img { display: block; max-width: 100%; height: auto; }
    .cell { margin: 0 0 0.9rem; padding: 0.6rem 0.8rem; background: var(--panel); border-radius: 6px; }
    .cell .in { font-weight: 600; }
    .cell .out { margin-top: 0.35rem; color: var(--ink); }
    .error { margin: 0.35rem 0 0; color: var(--error); overflow-wrap: anywhere; }
    .missing { padding: 0.8rem; border: 1px dashed var(--line); color: var(--faded); }
    pre.script { padding: 0.8rem; background: var(--panel); border-radius: 6px; }
    @media print {
      body { max-width: none; padding: 0; font-size: 10.5pt; }
      nav { display: none; }
      a { color: inherit; text-decoration: none; }
      pre, .cell pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      .cell, pre.script { background: none; border: 1px solid var(--line); }
      figure, tr, .cell { break-inside: avoid; }
      h2, h3, h4 { break-after: avoid; }
    }
    """
}
