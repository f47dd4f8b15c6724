//! What programs sent, and how it was answered.

use serde_json::Value;

use super::script::{Scene, Turn};

/// What a program speaks to its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Anthropic's Messages.
    Messages,
    /// OpenAI's Responses.
    Responses,
}

/// One question of a program, with the answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// What the program speaks.
    pub protocol: Protocol,
    /// The path and the query that were asked for.
    pub path: String,
    /// The key that came with it.
    pub key: Option<String>,
    /// What it sent.
    pub body: Value,
    /// The conversation that answered; nothing for a question beside the work, and for a surprise.
    pub conversation: Option<String>,
    /// The run of the program that asked.
    pub session: String,
    /// Which turn answered, from 0.
    pub number: usize,
    /// How it was answered; nothing when no turn was written for it.
    pub answer: Option<Turn>,
}

/// What came of one call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// What the model called the call.
    pub id: String,
    /// What the program gave back, as text.
    pub text: String,
    /// Whether the program says that it failed or was refused.
    pub is_error: bool,
}

impl Exchange {
    /// Everything that was said to the model as the person's words.
    pub fn prompt(&self) -> String {
        self.protocol.prompt(&self.body)
    }

    /// Everything that was said to the model as its standing instructions.
    pub fn instructions(&self) -> String {
        match self.protocol {
            Protocol::Messages => text_of(&self.body["system"]),
            Protocol::Responses => {
                let standing = said_by("developer", &self.body["input"]);
                text_of(&self.body["instructions"]) + &standing
            }
        }
    }

    /// The names of the tools that were offered.
    pub fn tools(&self) -> Vec<String> {
        list(&self.body["tools"])
            .filter_map(|tool| tool["name"].as_str().or(tool["type"].as_str()))
            .map(ToOwned::to_owned)
            .collect()
    }

    /// What came of every call of a tool so far, in order.
    pub fn tool_results(&self) -> Vec<ToolResult> {
        match self.protocol {
            Protocol::Messages => list(&self.body["messages"])
                .flat_map(|message| list(&message["content"]))
                .filter(|block| block["type"] == "tool_result")
                .map(|block| ToolResult {
                    id: text_of(&block["tool_use_id"]),
                    text: text_of(&block["content"]),
                    is_error: block["is_error"] == true,
                })
                .collect(),
            Protocol::Responses => list(&self.body["input"])
                .filter(|item| {
                    item["type"]
                        .as_str()
                        .is_some_and(|kind| kind.ends_with("_call_output"))
                })
                .map(|item| ToolResult {
                    id: text_of(&item["call_id"]),
                    text: text_of(&item["output"]),
                    is_error: false,
                })
                .collect(),
        }
    }
}

impl Protocol {
    pub(super) fn prompt(self, body: &Value) -> String {
        match self {
            Self::Messages => said_by("user", &body["messages"]),
            Self::Responses => said_by("user", &body["input"]),
        }
    }

    /// What the program tells its model of where it works.
    pub(super) fn scene(self, body: &Value) -> Scene {
        Scene {
            folder: self.folder(body),
            prompt: self.prompt(body),
        }
    }

    /// The folder the program works in.
    fn folder(self, body: &Value) -> String {
        let told = match self {
            Self::Messages => text_of(&body["system"]) + "\n" + &self.prompt(body),
            Self::Responses => self.prompt(body),
        };
        let after = |mark: &str, end: char| {
            let rest = &told[told.find(mark)? + mark.len()..];
            Some(rest.split(end).next()?.trim().to_owned())
        };
        after("<cwd>", '<')
            .or_else(|| after("orking directory: ", '\n'))
            .unwrap_or_default()
    }

    /// What tells one run of a program from another.
    pub(super) fn session(self, body: &Value) -> String {
        let named = match self {
            Self::Messages => &body["metadata"]["user_id"],
            Self::Responses => &body["prompt_cache_key"],
        };
        let named = text_of(named);
        if named.is_empty() {
            self.prompt(body)
        } else {
            named
        }
    }
}

fn said_by(role: &str, messages: &Value) -> String {
    let texts = list(messages)
        .filter(|message| message["role"] == role)
        .map(|message| text_of(&message["content"]));
    texts.collect::<Vec<_>>().join("\n")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// All text in a value that is a text, or a list of blocks of text.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts = blocks
                .iter()
                .filter_map(|block| block["text"].as_str().or(block.as_str()));
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}
