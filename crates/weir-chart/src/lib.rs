//! figures as SVG and one self-contained HTML report
