//! Whether text is a sudoers file that sudo will read: a wrong one locks everybody out of sudo. Accepts a subset of sudoers(5) that
//! is enough for rules and defaults, and refuses includes, which would escape the check. On a whole machine `visudo` is asked as
//! well (see `apply`).

const TAGS: [&str; 12] = [
    "EXEC",
    "NOEXEC",
    "FOLLOW",
    "NOFOLLOW",
    "LOG_INPUT",
    "NOLOG_INPUT",
    "LOG_OUTPUT",
    "NOLOG_OUTPUT",
    "MAIL",
    "NOMAIL",
    "PASSWD",
    "NOPASSWD",
];

/// Names the first line that is not acceptable.
pub fn check(content: &str) -> Result<(), String> {
    if !content.is_empty() && !content.ends_with('\n') && content.ends_with('\\') {
        return Err("the last line ends in a backslash".into());
    }
    let mut logical = String::new();
    for (at, line) in content.lines().enumerate() {
        if let Some(continued) = line.strip_suffix('\\') {
            logical.push_str(continued);
            continue;
        }
        logical.push_str(line);
        one(logical.trim()).map_err(|why| format!("line {}: {why}", at + 1))?;
        logical.clear();
    }
    if logical.is_empty() { Ok(()) } else { Err("the last line ends in a backslash".into()) }
}

fn one(line: &str) -> Result<(), String> {
    if line.is_empty() {
        return Ok(());
    }
    if let Some(comment) = line.strip_prefix('#') {
        // `#include` is a directive and `#1000` a user id.
        return match comment.chars().next() {
            None | Some(' ' | '\t' | '#' | '-' | '=') => Ok(()),
            Some(_) => Err("put a space after `#`; includes and user ids are not accepted".into()),
        };
    }
    if line.starts_with('@') {
        return Err("includes are not accepted".into());
    }
    if line.chars().any(char::is_control) && line.chars().any(|c| c.is_control() && c != '\t') {
        return Err("control characters are not accepted".into());
    }
    if let Some(rest) = line.strip_prefix("Defaults") {
        return defaults(rest);
    }
    for kind in ["User_Alias", "Runas_Alias", "Host_Alias", "Cmnd_Alias", "Cmd_Alias"] {
        if let Some(rest) = line.strip_prefix(kind) {
            return alias(rest, kind.starts_with("Cm"));
        }
    }
    rule(line)
}

fn defaults(rest: &str) -> Result<(), String> {
    let rest = match rest.chars().next() {
        Some(' ' | '\t') => rest,
        // Bound to a user, host, command or run-as list.
        Some(':' | '@' | '!' | '>') => {
            rest.split_once([' ', '\t']).map(|(_, after)| after).ok_or("a default is missing")?
        }
        _ => return Err("`Defaults` is followed by a space or one of `: @ ! >`".into()),
    };
    for parameter in split(rest, ',')? {
        let parameter = parameter.trim().trim_start_matches('!');
        let name = parameter.split(['=', '+', '-', ' ']).next().unwrap_or_default();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            return Err(format!("`{}` is not a default's name", crate::cut(name, 64)));
        }
        if let Some((_, value)) = parameter.split_once('=')
            && value.trim().is_empty()
        {
            return Err(format!("`{name}` has no value"));
        }
    }
    Ok(())
}

fn alias(rest: &str, commands_allowed: bool) -> Result<(), String> {
    let (name, list) = rest.split_once('=').ok_or("an alias has the form `NAME = list`")?;
    if !rest.starts_with([' ', '\t']) || !is_alias(name.trim()) {
        return Err("an alias's name is upper-case letters, digits and `_`".into());
    }
    for member in split(list, ',')? {
        if commands_allowed { command(member.trim())? } else { subject(member.trim())? }
    }
    Ok(())
}

/// `who where = (as whom) TAG: command, command`
fn rule(line: &str) -> Result<(), String> {
    let (left, right) = line.split_once('=').ok_or("a rule has the form `who host = (as) command`")?;
    let (who, host) = left.trim().rsplit_once([' ', '\t']).ok_or("a rule begins with who and on which host")?;
    for name in split(who, ',')? {
        subject(name.trim())?;
    }
    for name in split(host, ',')? {
        subject(name.trim())?;
    }
    for part in split(right, ',')? {
        let mut part = part.trim();
        if let Some(inner) = part.strip_prefix('(') {
            let (runas, after) = inner.split_once(')').ok_or("`(` without `)`")?;
            for name in runas.split([':', ',']).map(str::trim).filter(|name| !name.is_empty()) {
                subject(name)?;
            }
            part = after.trim();
        }
        while let Some((tag, after)) = part.split_once(':').filter(|(tag, _)| TAGS.contains(&tag.trim())) {
            let _ = tag;
            part = after.trim();
        }
        command(part)?;
    }
    Ok(())
}

/// A user, `%group`, `+netgroup`, host or alias, perhaps negated.
fn subject(name: &str) -> Result<(), String> {
    let bare = name.trim_start_matches('!').trim().trim_start_matches(['%', '+', ':']);
    let good = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_alphanumeric() || "._-/@$*\\:".contains(c));
    if good { Ok(()) } else { Err(format!("`{}` is not a name that is accepted here", crate::cut(name, 64))) }
}

fn command(text: &str) -> Result<(), String> {
    let text = text.trim_start_matches('!').trim();
    if is_alias(text) {
        return Ok(());
    }
    if !(text.starts_with('/') || text == "sudoedit" || text.starts_with("sudoedit ")) {
        return Err(format!("`{}` is not a command: give its absolute path", crate::cut(text, 64)));
    }
    let mut escaped = false;
    for c in text.chars() {
        // sudoers(5): `, : = \` must be escaped in arguments.
        if !escaped && matches!(c, ':' | '=' | '(' | ')' | '"' | '#') {
            return Err(format!("`{c}` in a command must be escaped with a backslash"));
        }
        escaped = c == '\\' && !escaped;
    }
    if escaped { Err("a command ends in a backslash".into()) } else { Ok(()) }
}

fn is_alias(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Splits at a separator outside of quotes, parentheses and escapes; no part may be empty.
fn split(text: &str, separator: char) -> Result<Vec<String>, String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut quoted, mut depth, mut escaped) = (false, 0u32, false);
    for c in text.chars() {
        if c == separator && !quoted && depth == 0 && !escaped {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        match c {
            '"' if !escaped => quoted = !quoted,
            '(' if !quoted && !escaped => depth += 1,
            ')' if !quoted && !escaped => depth = depth.checked_sub(1).ok_or("`)` without `(`")?,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        part.push(c);
    }
    parts.push(part);
    if quoted || depth != 0 {
        return Err("a quote or parenthesis is not closed".into());
    }
    if parts.iter().any(|part| part.trim().is_empty()) {
        Err("something is missing in a list".into())
    } else {
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sudo_would_read_is_accepted_and_the_rest_is_not() {
        let cases = [
            ("", true),
            ("# for the operators\n\n%ops ALL=(root) NOPASSWD: /usr/bin/systemctl restart nginx\n", true),
            ("root ALL=(ALL:ALL) ALL\n", true),
            ("anna,berta XYZ = (www-data) /usr/bin/a, /usr/bin/b -v\n", true),
            ("%ops ALL=(root) \\\n  /usr/bin/systemctl\n", true),
            ("Defaults timestamp_timeout=5,!lecture\n", true),
            ("Defaults:anna env_keep += \"A B\"\n", true),
            ("Cmnd_Alias SERVICES = /usr/bin/systemctl, /usr/sbin/service\n%ops ALL = SERVICES\n", true),
            ("User_Alias ADMINS = anna, %ops\n", true),
            ("%ops ALL\n", false),
            ("%ops ALL=\n", false),
            ("ALL=(root) ALL\n", false),
            ("%ops ALL=(root ALL\n", false),
            ("%ops ALL=(root) systemctl\n", false),
            ("%ops ALL=(root) /usr/bin/a,\n", false),
            ("%ops ALL=(root) /usr/bin/a \\", false),
            ("#include /tmp/x\n", false),
            ("#includedir /tmp\n", false),
            ("@includedir /tmp\n", false),
            ("#1000 ALL=(ALL) ALL\n", false),
            ("Defaults\n", false),
            ("Defaults timestamp_timeout=\n", false),
            ("Defaults env_keep += \"A\n", false),
            ("user_alias x = y\n", false),
            ("hello\n", false),
        ];
        for (text, expected) in cases {
            assert_eq!(check(text).is_ok(), expected, "{text:?}: {:?}", check(text));
        }
    }

    #[test]
    fn the_refusal_names_the_line() {
        assert_eq!(check("# ok\n\nhello\n").map_err(|why| why.contains("line 3")), Err(true));
    }
}
