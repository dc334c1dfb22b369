import Datasets
import SessionCore

extension TableOptions.Header: Choice {
  package var help: String {
    switch self {
    case .auto: "detected from the content"
    case .yes: "the first row contains names"
    case .no: "the first row is an example"
    }
  }
}

extension TableOptions.Missing: Choice {
  package var help: String {
    switch self {
    case .refuse: "an empty field is an error"
    case .drop: "drop the row"
    case .mean: "replace it by the column's mean"
    case .zero: "replace it by 0"
    case .keep: "keep it missing: a model of a table trains on what was observed, and 'impute' fills it"
    }
  }
}

extension TableOptions.Categories: Choice {
  package var help: String {
    switch self {
    case .onehot: "one-hot: a column of 0 and 1 for each text"
    case .codes: "one column of integer codes"
    case .refuse: "a text is an error"
    }
  }
}

extension ImageOptions.Color: Choice {
  package var help: String {
    switch self {
    case .auto: "as stored in the images"
    case .gray: "one channel"
    case .rgb: "three channels"
    }
  }
}
