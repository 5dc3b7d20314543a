//! every run remembered, found, compared, shared
