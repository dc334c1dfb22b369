import Kernel

/// Draws figures for notebooks.
enum FigureRendering {
  static let renderer: FigureRenderer? = nil
}
