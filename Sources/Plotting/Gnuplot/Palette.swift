/// Colours that people with any colour vision tell apart (Paul Tol's "muted" set), and what surrounds them.
struct Palette {
  let background: String
  let foreground: String
  let grid: String
  let classes = [
    "#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#888888",
  ]
  let lines: [String]

  init(_ theme: Figure.Theme) {
    switch theme {
    case .light:
      (background, foreground, grid) = ("#ffffff", "#222222", "#dddddd")
      lines = ["#332288", "#CC6677", "#117733", "#DDAA33", "#88CCEE", "#AA4499"]
    case .dark:
      (background, foreground, grid) = ("#16181d", "#e6e6e6", "#3a3d45")
      lines = ["#88CCEE", "#CC6677", "#44AA99", "#DDCC77", "#AA88DD", "#EE99AA"]
    }
  }
}
