//! What the model says, as data.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One conversation: which prompts it answers, and what it says turn by turn.
///
/// The first conversation whose marks all stand in a prompt answers it. Two runs of one prompt are two sessions, and
/// each begins with the first turn. When the turns are used up, a last turn that is no answer repeats for ever, so that
/// a program may try as often as it likes; after an answer, asking again is a surprise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversation {
    /// What tests call it.
    pub name: String,
    /// What must stand in the prompt, all of it.
    pub when: Vec<String>,
    /// What must not stand in the prompt, none of it.
    #[serde(default)]
    pub unless: Vec<String>,
    /// What it says.
    pub turns: Vec<Turn>,
}

impl Conversation {
    /// Begins a conversation that answers prompts in which all of `when` stands.
    pub fn new<T: Into<String>>(
        name: impl Into<String>,
        when: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            name: name.into(),
            when: when.into_iter().map(Into::into).collect(),
            unless: Vec::new(),
            turns: Vec::new(),
        }
    }

    /// Leaves prompts in which this stands to a later conversation.
    #[must_use]
    pub fn unless(mut self, mark: impl Into<String>) -> Self {
        self.unless.push(mark.into());
        self
    }

    /// Says this next.
    #[must_use]
    pub fn turn(mut self, turn: Turn) -> Self {
        self.turns.push(turn);
        self
    }

    pub(super) fn is_for(&self, prompt: &str) -> bool {
        self.when.iter().all(|mark| prompt.contains(mark.as_str()))
            && !self
                .unless
                .iter()
                .any(|mark| prompt.contains(mark.as_str()))
    }

    /// The turn of this number, from 0.
    pub(super) fn at(&self, number: usize) -> Option<&Turn> {
        let last = self.turns.last().filter(|turn| turn.repeats());
        self.turns.get(number).or(last)
    }
}

/// One turn of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Turn {
    /// It answers.
    Answer {
        /// What it says; nothing when empty.
        text: String,
        /// The tools it calls.
        #[serde(default)]
        calls: Vec<Call>,
        /// What the answer used.
        #[serde(default)]
        usage: Usage,
        /// How long it waits before each part of its answer, in milliseconds.
        #[serde(default)]
        pause_ms: u64,
    },
    /// It answers with an error of HTTP.
    Error {
        /// The status, such as 401 or 529.
        status: u16,
        /// What is said about it.
        message: String,
    },
    /// It begins to answer, and the connection breaks.
    Cut {
        /// What it said until then.
        text: String,
    },
    /// It begins to answer and never ends.
    Endless,
    /// It takes the question and says nothing at all.
    Stall,
}

impl Turn {
    /// Answers with a text.
    pub fn say(text: impl Into<String>) -> Self {
        Self::Answer {
            text: text.into(),
            calls: Vec::new(),
            usage: Usage::default(),
            pause_ms: 0,
        }
    }

    /// Answers with an error of HTTP.
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        Self::Error {
            status,
            message: message.into(),
        }
    }

    /// Calls a tool too.
    ///
    /// # Panics
    /// When this is no answer.
    #[must_use]
    pub fn call(mut self, call: Call) -> Self {
        let Self::Answer { calls, .. } = &mut self else {
            panic!("only an answer calls tools");
        };
        calls.push(call);
        self
    }

    /// Runs a command of the shell too.
    ///
    /// # Panics
    /// When this is no answer.
    #[must_use]
    pub fn shell(self, command: impl Into<String>) -> Self {
        self.call(Call::Shell {
            command: command.into(),
        })
    }

    /// Reads a file too.
    ///
    /// # Panics
    /// When this is no answer.
    #[must_use]
    pub fn read(self, path: impl Into<String>) -> Self {
        self.call(Call::Read { path: path.into() })
    }

    /// Writes a file too.
    ///
    /// # Panics
    /// When this is no answer.
    #[must_use]
    pub fn write(self, path: impl Into<String>, content: impl Into<String>) -> Self {
        self.call(Call::Write {
            path: path.into(),
            content: content.into(),
        })
    }

    /// Uses this much.
    ///
    /// # Panics
    /// When this is no answer.
    #[must_use]
    pub fn using(mut self, used: Usage) -> Self {
        let Self::Answer { usage, .. } = &mut self else {
            panic!("only an answer uses tokens");
        };
        *usage = used;
        self
    }

    /// Waits before each part of the answer.
    ///
    /// # Panics
    /// When this is no answer.
    #[must_use]
    pub fn slowly(mut self, pause: Duration) -> Self {
        let Self::Answer { pause_ms, .. } = &mut self else {
            panic!("only an answer can be slow");
        };
        *pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        self
    }

    fn repeats(&self) -> bool {
        !matches!(self, Self::Answer { .. })
    }
}

/// A tool to call, by what it does; each program's own tool for it is chosen by what the program speaks.
///
/// In every text of a call `{cwd}` is the folder the program works in, and `{after:WORDS}` is what stands in back-ticks
/// right after those words in the prompt: a model knows the paths of a run from nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// Runs a command of the shell.
    Shell {
        /// The command.
        command: String,
    },
    /// Reads a file: with the tool for it, or where there is none with a command of the shell.
    Read {
        /// The path.
        path: String,
    },
    /// Writes a file: with the tool for it, or where there is none with a command of the shell.
    Write {
        /// The path.
        path: String,
        /// What it holds.
        content: String,
    },
    /// Any tool, by the program's own name for it.
    Tool {
        /// The tool.
        name: String,
        /// What it is given.
        input: Value,
    },
}

/// What the model knows of the program that asks.
#[derive(Debug)]
pub(super) struct Scene {
    /// The folder the program works in.
    pub(super) folder: String,
    /// Everything it said in the person's words.
    pub(super) prompt: String,
}

impl Call {
    /// The tool and its input for a program that speaks Messages.
    pub(super) fn for_messages(&self, scene: &Scene) -> (String, Value) {
        match self {
            Self::Shell { command } => (
                "Bash".to_owned(),
                json!({ "command": scene.put(command), "description": "A step of the script" }),
            ),
            Self::Read { path } => ("Read".to_owned(), json!({ "file_path": scene.put(path) })),
            Self::Write { path, content } => (
                "Write".to_owned(),
                json!({ "file_path": scene.put(path), "content": content }),
            ),
            Self::Tool { name, input } => (name.clone(), scene.put_all(input)),
        }
    }

    /// The tool and its input for a program that speaks Responses.
    pub(super) fn for_responses(&self, scene: &Scene) -> (String, Value) {
        let shell = |command: String| ("exec_command".to_owned(), json!({ "cmd": command }));
        match self {
            Self::Shell { command } => shell(scene.put(command)),
            Self::Read { path } => shell(format!("cat '{}'", scene.put(path))),
            Self::Write { path, content } => {
                let path = scene.put(path);
                let end = "END_OF_SCRIPTED_FILE";
                // The last line break is the shell's, so that the file ends as it should.
                let content = content.strip_suffix('\n').unwrap_or(content);
                shell(format!(
                    "mkdir -p \"$(dirname '{path}')\" && cat > '{path}' <<'{end}'\n{content}\n{end}"
                ))
            }
            Self::Tool { name, input } => (name.clone(), scene.put_all(input)),
        }
    }
}

impl Scene {
    fn put(&self, text: &str) -> String {
        const AFTER: &str = "{after:";
        let text = text.replace("{cwd}", &self.folder);
        let mut parts = text.split(AFTER);
        let mut put = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once('}') {
                Some((words, rest)) => put.extend([self.after(words), rest]),
                None => put.extend([AFTER, part]),
            }
        }
        put
    }

    /// What stands in back-ticks after these words; nothing where they do not stand.
    fn after(&self, words: &str) -> &str {
        let found = self.prompt.split_once(words).map(|(_, rest)| rest);
        let quoted = found.and_then(|rest| rest.split('`').nth(1));
        quoted.unwrap_or_default()
    }

    fn put_all(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.put(text)),
            Value::Array(values) => values.iter().map(|value| self.put_all(value)).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), self.put_all(value)))
                .collect(),
            other => other.clone(),
        }
    }
}

/// What one answer used, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Read anew.
    pub input: u64,
    /// Written.
    pub output: u64,
    /// Read from the cache, beside `input`.
    pub cache_read: u64,
    /// Put into the cache, beside `input`.
    pub cache_write: u64,
}

impl Default for Usage {
    fn default() -> Self {
        Self {
            input: 1_000,
            output: 50,
            cache_read: 0,
            cache_write: 0,
        }
    }
}
