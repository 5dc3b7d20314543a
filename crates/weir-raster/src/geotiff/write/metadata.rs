//! What GDAL calls metadata: names and values in a little XML (tag 42112).

use std::fmt::Write;

/// The XML with a band's description and pairs of the whole file; none where there is nothing to say.
pub(crate) fn metadata_xml(description: &str, pairs: &[(String, String)]) -> Option<String> {
    if description.is_empty() && pairs.is_empty() {
        return None;
    }
    let mut xml = String::from("<GDALMetadata>\n");
    for (name, value) in pairs {
        let (name, value) = (escaped(name), twice(value));
        let _ = writeln!(xml, "  <Item name=\"{name}\">{value}</Item>");
    }
    if !description.is_empty() {
        let description = twice(description);
        let _ = writeln!(
            xml,
            "  <Item name=\"DESCRIPTION\" sample=\"0\" role=\"description\">{description}</Item>"
        );
    }
    xml.push_str("</GDALMetadata>\n");
    Some(xml)
}

/// GDAL escapes what stands between tags twice, and takes it back twice.
fn twice(text: &str) -> String {
    escaped(&escaped(text))
}

/// As XML 1.0 has it; what it has no place for (control characters, also NUL, which would end the tag) becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(character),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            control if control < ' ' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_say_is_no_tag() {
        assert_eq!(metadata_xml("", &[]), None);
    }

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        let pairs = [("a\"b".to_owned(), "1 < 2 & 3 > 2\0".to_owned())];
        assert_eq!(
            metadata_xml("it's", &pairs).unwrap_or_default(),
            "<GDALMetadata>\n  <Item name=\"a&quot;b\">1 &amp;lt; 2 &amp;amp; 3 &amp;gt; 2\u{fffd}</Item>\n  \
             <Item name=\"DESCRIPTION\" sample=\"0\" role=\"description\">it's</Item>\n</GDALMetadata>\n"
        );
    }
}
