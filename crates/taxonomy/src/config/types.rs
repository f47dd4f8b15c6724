//! The `[[types]]` of `factory.toml`.

use super::sections::checked_glob;
use super::walk::{At, Report, Table, quoted, suggest};
use crate::factory::{Factory, placeholder};
use crate::field::{Field, FieldKind, FieldLimits, QualityGate};
use crate::kind::{Media, MediaKind, RequestType, Skill, Verb};
use crate::lane;

/// GitHub refuses longer label names.
const MAX_LABEL: usize = 50;

/// Reads the declared types into the factory, replacing those of the same label.
pub(super) fn read(tables: Vec<Table<'_>>, factory: &mut Factory) {
    let mut declared: Vec<RequestType> = Vec::new();
    for table in tables {
        if let Some(kind) = request_type(table, factory, &declared) {
            declared.push(kind);
        }
    }
    for kind in declared {
        match factory
            .types
            .iter_mut()
            .find(|known| known.label == kind.label)
        {
            Some(known) => *known = kind,
            None => factory.types.push(kind),
        }
    }
}

fn request_type(
    mut table: Table<'_>,
    factory: &Factory,
    declared: &[RequestType],
) -> Option<RequestType> {
    let report = table.report();
    let label = table.required(
        "label",
        "the label of its issues, such as `label = \"cms-faq\"`",
    );
    let label = label.and_then(|label| checked_label(report, label, declared));
    let title = table.required(
        "title",
        "what people call it, such as `title = \"FAQ entry\"`",
    );
    let description = table
        .string("description")
        .map(|text| text.value)
        .unwrap_or_default();
    let color = color(&mut table);
    let verb = table
        .choice("verb", &[("add", Verb::Add), ("edit", Verb::Edit)])
        .unwrap_or(Verb::Add);
    let fields = fields(&mut table);
    let skills = skills(&mut table, &fields);
    let lane = lane_globs(&mut table, factory, &fields);
    let page = page_path(&mut table, "page", &lane, factory);
    let slug_from = field_reference(&mut table, "slug_from", &fields);
    let body = field_reference(&mut table, "body", &fields);
    let media = table
        .table("media")
        .and_then(|media| media_of(media, &lane, factory, &fields));
    let partial = table.boolean("partial").unwrap_or(false);
    let min_changes = table
        .integer("min_changes", 0..100)
        .map(|number| number.value);
    if page.is_some() && !table.has("slug_from") {
        let hint =
            "name the field the slug is made of, such as `slug_from = \"question\"`".to_owned();
        report.complain(
            table.span(),
            "a type with a `page` needs `slug_from`",
            Some(hint),
        );
    }
    table.finish();
    Some(RequestType {
        label: label?,
        title: title?.value,
        description,
        color,
        verb,
        fields,
        skills,
        lane,
        page,
        slug_from,
        body,
        media,
        partial,
        min_changes: min_changes.map_or(usize::from(partial), saturate),
    })
}

fn saturate(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn checked_label(
    report: &Report<'_>,
    label: At<String>,
    declared: &[RequestType],
) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let rest = label.value.strip_prefix("cms-").unwrap_or_default();
    if rest.is_empty() || !label.value.bytes().all(plain) || label.value.len() > MAX_LABEL {
        let message = format!("`{}` is not a label for a type", label.value);
        let hint = format!(
            "`cms-` and lower-case words joined by hyphens, at most {MAX_LABEL} characters"
        );
        report.complain(&label.span, message, Some(hint));
        return None;
    }
    if matches!(label.value.as_str(), "cms-bot-waiting" | "cms-approved") {
        let message = format!("`{}` shows a state and cannot be a type", label.value);
        report.complain(&label.span, message, None);
        return None;
    }
    if declared.iter().any(|kind| kind.label == label.value) {
        let hint = "each label declares one type; rename or remove one of them".to_owned();
        report.complain(
            &label.span,
            format!("duplicate label `{}`", label.value),
            Some(hint),
        );
        return None;
    }
    Some(label.value)
}

fn color(table: &mut Table<'_>) -> String {
    const DEFAULT: &str = "1f6feb";
    let Some(color) = table.string("color") else {
        return DEFAULT.to_owned();
    };
    if color.value.len() == 6 && color.value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return color.value.to_lowercase();
    }
    let message = format!("`{}` is not a colour", color.value);
    table.report().complain(
        &color.span,
        message,
        Some("six hexadecimal digits, such as `1f6feb`".to_owned()),
    );
    DEFAULT.to_owned()
}

fn fields(table: &mut Table<'_>) -> Vec<Field> {
    let report = table.report();
    let Some(tables) = table.tables("fields") else {
        report.complain(
            table.span(),
            "a type needs `fields`",
            Some("add `[[types.fields]]`".to_owned()),
        );
        return Vec::new();
    };
    let mut fields: Vec<Field> = Vec::new();
    for mut table in tables {
        let key = table.required(
            "key",
            "the key in front matter, such as `key = \"question\"`",
        );
        let label = table.words("label");
        let field = field(&mut table, key.as_ref(), label.map(|label| label.value));
        table.finish();
        let (Some(key), Some(field)) = (key, field) else {
            continue;
        };
        if fields.iter().any(|known| known.key == field.key) {
            report.complain(&key.span, format!("duplicate field `{}`", field.key), None);
        } else {
            fields.push(field);
        }
    }
    fields
}

fn field(table: &mut Table<'_>, key: Option<&At<String>>, label: Option<String>) -> Option<Field> {
    let report = table.report();
    let kind = table
        .choice("kind", &FieldKind::ALL.map(|kind| (kind.name(), kind)))
        .unwrap_or(FieldKind::Line);
    let aliases = table.strings("aliases").unwrap_or_default();
    let required = table.boolean("required").unwrap_or(false);
    let description = table
        .string("description")
        .map(|text| text.value)
        .unwrap_or_default();
    let example = table
        .string("example")
        .map(|text| text.value)
        .unwrap_or_default();
    let limits = field_limits(table);
    let options = options(table, kind);
    let from_title = table.boolean("from_title").unwrap_or(false);
    let gate = table.choice("gate", &QualityGate::ALL.map(|gate| (gate.name(), gate)));
    let key = key?;
    if !is_key(&key.value) {
        let hint = "letters and digits, beginning with a letter, such as `authorRole`".to_owned();
        report.complain(
            &key.span,
            format!("`{}` is not a key", key.value),
            Some(hint),
        );
        return None;
    }
    Some(Field {
        label: label.unwrap_or_else(|| title_case(&key.value)),
        key: key.value.clone(),
        aliases: aliases.into_iter().map(|alias| alias.value).collect(),
        kind,
        required,
        description,
        example,
        options,
        limits,
        from_title,
        gate,
    })
}

fn options(table: &mut Table<'_>, kind: FieldKind) -> Vec<String> {
    let report = table.report();
    let mut options: Vec<String> = Vec::new();
    for option in table.strings("options").unwrap_or_default() {
        // Forms join what was chosen with commas.
        if option.value.contains([',', '\n']) || crate::text::is_blank(&option.value) {
            let message = format!("`{}` cannot be a choice", option.value);
            report.complain(
                &option.span,
                message,
                Some("one line without commas".to_owned()),
            );
        } else if !matches!(kind, FieldKind::Line | FieldKind::List) {
            let hint = "use `kind = \"line\"` or `kind = \"list\"`".to_owned();
            report.complain(
                &option.span,
                "only lines and lists have choices",
                Some(hint),
            );
        } else {
            options.push(option.value);
        }
    }
    options
}

fn field_limits(table: &mut Table<'_>) -> FieldLimits {
    let mut bound = |key| {
        table
            .integer(key, 0..1_000_001)
            .map(|number| saturate(number.value))
    };
    FieldLimits {
        min_chars: bound("min_chars"),
        max_chars: bound("max_chars"),
        min_words: bound("min_words"),
        max_words: bound("max_words"),
        min_sentences: bound("min_sentences"),
        max_sentences: bound("max_sentences"),
        min_items: bound("min_items"),
        max_items: bound("max_items"),
        min_anchors: bound("min_anchors"),
    }
}

fn is_key(key: &str) -> bool {
    // `type`, `title` of another page and `image` are front matter that the factory writes itself.
    key != "type"
        && key.len() <= 40
        && key.starts_with(|first: char| first.is_ascii_lowercase())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Turns `authorRole` into `Author role`.
fn title_case(key: &str) -> String {
    let mut title = String::new();
    for (index, character) in key.char_indices() {
        match character {
            '_' => title.push(' '),
            upper if upper.is_ascii_uppercase() => title.extend([' ', upper.to_ascii_lowercase()]),
            first if index == 0 => title.push(first.to_ascii_uppercase()),
            other => title.push(other),
        }
    }
    title
}

fn skills(table: &mut Table<'_>, fields: &[Field]) -> Vec<Skill> {
    let mut skills = Vec::new();
    for entry in table.mixed("skills") {
        match entry {
            Ok(name) => skills.push(Skill {
                name: name.value,
                when: None,
            }),
            Err(mut skill) => {
                let name =
                    skill.required("name", "the skill, such as `name = \"cms-headshot-gen\"`");
                let when = field_reference(&mut skill, "when", fields);
                skill.finish();
                skills.extend(name.map(|name| Skill {
                    name: name.value,
                    when,
                }));
            }
        }
    }
    skills
}

fn lane_globs(table: &mut Table<'_>, factory: &Factory, fields: &[Field]) -> Vec<String> {
    let report = table.report();
    let Some(globs) = table.strings("lane") else {
        let hint = "the paths a change may touch, such as `lane = [\"content/faq/**\"]`".to_owned();
        report.complain(table.span(), "a type needs a `lane`", Some(hint));
        return Vec::new();
    };
    let mut lane = Vec::new();
    for glob in globs {
        if let Some(key) = placeholder(&glob.value) {
            if fields
                .iter()
                .any(|field| field.key == key && field.kind == FieldKind::Path)
            {
                lane.push(glob.value);
            } else {
                report.complain(
                    &glob.span,
                    format!("`{key}` is not a field of kind `path`"),
                    None,
                );
            }
        } else if lane::glob_is_protected(&glob.value, &factory.protected)
            && lane::check_glob(&glob.value).is_ok()
        {
            let hint = "protected paths are outside every lane".to_owned();
            report.complain(
                &glob.span,
                format!("`{}` is protected", glob.value),
                Some(hint),
            );
        } else {
            lane.extend(checked_glob(report, glob));
        }
    }
    lane
}

/// Reads a path with `{slug}` that lies in the type's own lane.
fn page_path(
    table: &mut Table<'_>,
    key: &'static str,
    lane: &[String],
    factory: &Factory,
) -> Option<String> {
    let report = table.report();
    let path = table.words(key)?;
    if path.value.matches("{slug}").count() != 1 {
        let hint = format!("such as `{key} = \"content/faq/{{slug}}.mdx\"`");
        report.complain(
            &path.span,
            format!("`{key}` must hold `{{slug}}` once"),
            Some(hint),
        );
        return None;
    }
    let sample = path.value.replace("{slug}", "a-slug");
    let admitted = lane
        .iter()
        .filter_map(|glob| lane::matcher(glob))
        .any(|glob| glob.is_match(&sample));
    if !admitted || factory.protected.covers(&sample) {
        let hint = format!(
            "the lane is {}",
            quoted(&lane.iter().map(String::as_str).collect::<Vec<_>>())
        );
        report.complain(
            &path.span,
            format!("`{}` is outside the type's own lane", path.value),
            Some(hint),
        );
        return None;
    }
    Some(path.value)
}

fn media_of(
    mut table: Table<'_>,
    lane: &[String],
    factory: &Factory,
    fields: &[Field],
) -> Option<Media> {
    let report = table.report();
    let kind = table.choice("kind", &MediaKind::ALL.map(|kind| (kind.name(), kind)));
    let path = page_path(&mut table, "path", lane, factory);
    let from = field_reference(&mut table, "from", fields);
    if let (Some(MediaKind::Headshot | MediaKind::Photo), None) = (kind, &from) {
        let hint = "name the image field, such as `from = \"photo\"`".to_owned();
        report.complain(
            table.span(),
            "this kind of picture is made from an attachment and needs `from`",
            Some(hint),
        );
    }
    table.finish();
    Some(Media {
        kind: kind?,
        path: path?,
        from,
    })
}

/// Reads the key of a field of the same type.
fn field_reference(table: &mut Table<'_>, key: &'static str, fields: &[Field]) -> Option<String> {
    // Without fields there has been a complaint already.
    let name = table.words(key).filter(|_| !fields.is_empty())?;
    if fields.iter().any(|field| field.key == name.value) {
        return Some(name.value);
    }
    let known: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
    let hint = suggest(&name.value, &known).map_or_else(
        || format!("fields are {}", quoted(&known)),
        |known| format!("did you mean `{known}`?"),
    );
    table.report().complain(
        &name.span,
        format!("`{}` is not a field of this type", name.value),
        Some(hint),
    );
    None
}
