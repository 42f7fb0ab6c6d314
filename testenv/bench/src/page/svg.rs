//! The few shapes that the picture is made of.

use std::fmt::Write as _;

/// A picture that is being drawn, on white: pages may be dark.
pub(super) struct Svg(String);

impl Svg {
    /// An empty one.
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self(format!(
            concat!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" ",
                "font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif\">\n",
                "<rect width=\"{width:.0}\" height=\"{height:.0}\" rx=\"8\" fill=\"#ffffff\"/>\n",
            ),
            width = width,
            height = height,
        ))
    }

    /// A filled box.
    pub(super) fn bar(&mut self, x: f64, y: f64, width: f64, height: f64, colour: &str) {
        self.add(&format!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" fill="{colour}"/>"#
        ));
    }

    /// A line from left to right.
    pub(super) fn line(&mut self, from: f64, to: f64, y: f64, colour: &str) {
        self.add(&format!(
            r#"<line x1="{from:.1}" x2="{to:.1}" y1="{y:.1}" y2="{y:.1}" stroke="{colour}" stroke-width="1.5"/>"#
        ));
    }

    /// A text that begins at `x`.
    pub(super) fn text(&mut self, x: f64, y: f64, colour: &str, size: f64, text: &str) {
        let text = escaped(text);
        self.add(&format!(
            r#"<text x="{x:.1}" y="{y:.1}" font-size="{size}" fill="{colour}">{text}</text>"#
        ));
    }

    /// A text that ends at `x`.
    pub(super) fn label(&mut self, x: f64, y: f64, colour: &str, text: &str) {
        let text = escaped(text);
        self.add(&format!(
            r#"<text x="{x:.1}" y="{y:.1}" font-size="12" text-anchor="end" fill="{colour}">{text}</text>"#
        ));
    }

    /// What a part is about.
    pub(super) fn heading(&mut self, x: f64, y: f64, colour: &str, text: &str) {
        let text = escaped(text);
        self.add(&format!(
            r#"<text x="{x:.1}" y="{y:.1}" font-size="15" font-weight="600" fill="{colour}">{text}</text>"#
        ));
    }

    /// All of it.
    pub(super) fn finish(mut self) -> String {
        self.add("</svg>");
        self.0
    }

    fn add(&mut self, element: &str) {
        // Writing to a text does not fail.
        let _ = writeln!(self.0, "{element}");
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_texts() {
        let mut svg = Svg::new(10.0, 10.0);
        svg.text(0.0, 0.0, "#000000", 12.0, "a < b & c");
        assert!(svg.finish().contains(">a &lt; b &amp; c</text>"));
    }
}
