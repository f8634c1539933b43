//! One real client: a connection, how far it has come, and what it got.

use std::io::{self, ErrorKind, Read, Write};

use mio::net::TcpStream;

use crate::{
    account::Reading,
    dialect::{Dialect, Packet},
    hearing::{Batch, Fate, Heard, Memory},
    ws::{self, Opcode},
};

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The WebSocket is asked for.
    Shaking,
    /// The dialect's own greetings are exchanged.
    Greeting,
    /// It has asked to come in.
    Joining,
    /// It reads.
    In,
    /// It has ended.
    Gone,
}

/// A connection to the host.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    pub(crate) stage: Stage,
    pub(crate) reading: Reading,
    dialect: Dialect,
    is_guest: bool,
    /// What has not come whole.
    input: Vec<u8>,
    /// What the system did not take yet.
    output: Vec<u8>,
    /// What masks the next frame.
    key: u32,
}

/// Who is told what a client reads.
pub(crate) trait Ear {
    /// A frame of so many bytes came.
    fn frame(&mut self, bytes: usize);
    /// A batch came.
    fn batch(&mut self, batch: &Batch);
    /// A message of this client's stands so.
    fn answer(&mut self, random: u32, fate: Fate);
}

impl Client {
    /// Asks for a WebSocket over a new connection.
    pub(crate) fn begin(
        mut stream: TcpStream,
        dialect: Dialect,
        host: &str,
        is_guest: bool,
        number: u32,
    ) -> io::Result<Self> {
        // A new connection takes a few hundred bytes.
        stream.write_all(ws::request(dialect.path(), host).as_bytes())?;
        Ok(Self {
            stream,
            stage: Stage::Shaking,
            reading: Reading::default(),
            dialect,
            is_guest,
            input: Vec::new(),
            output: Vec::new(),
            key: number.wrapping_mul(0x9e37_79b9) | 1,
        })
    }

    /// Reads what there is.
    ///
    /// # Errors
    /// Why the connection has ended.
    pub(crate) fn read(
        &mut self,
        memory: &mut Memory,
        buffer: &mut [u8],
        ear: &mut impl Ear,
    ) -> Result<(), String> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return Err("the host closed".into()),
                Ok(length) => {
                    self.take(&buffer[..length], memory, ear)?;
                    // Less than there was room for is all there is: the system tells of more.
                    if length < buffer.len() {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(format!("the connection broke: {error}")),
            }
        }
    }

    fn take(
        &mut self,
        bytes: &[u8],
        memory: &mut Memory,
        ear: &mut impl Ear,
    ) -> Result<(), String> {
        if self.input.is_empty() {
            let taken = self.understand(bytes, memory, ear)?;
            self.input.extend(&bytes[taken..]);
        } else {
            let mut input = std::mem::take(&mut self.input);
            input.extend(bytes);
            let taken = self.understand(&input, memory, ear)?;
            input.drain(..taken);
            self.input = input;
        }
        if self.input.is_empty() {
            self.input = Vec::new();
        }
        Ok(())
    }

    /// Understands whatever came whole, and says how many bytes that was.
    fn understand(
        &mut self,
        bytes: &[u8],
        memory: &mut Memory,
        ear: &mut impl Ear,
    ) -> Result<usize, String> {
        let mut taken = 0;
        if self.stage == Stage::Shaking {
            let Some(length) = ws::answered(bytes)? else { return Ok(0) };
            taken = length;
            self.stage = Stage::Greeting;
            if !self.dialect.is_greeted() {
                self.join()?;
            }
        }
        while let Some(frame) = ws::first(&bytes[taken..])? {
            taken += frame.length;
            match frame.opcode {
                Opcode::Text => {
                    ear.frame(frame.length);
                    self.hear(frame.payload, memory, ear)?;
                }
                Opcode::Ping => self.write(Opcode::Pong, frame.payload)?,
                Opcode::Close => return Err("the host closed the WebSocket".into()),
                Opcode::Pong => {}
            }
        }
        Ok(taken)
    }

    fn hear(&mut self, text: &[u8], memory: &mut Memory, ear: &mut impl Ear) -> Result<(), String> {
        let json = match self.dialect.read(text) {
            Packet::Open => return self.write(Opcode::Text, b"40"),
            // Whoever is let into the namespace is in the room: there is nothing to ask for.
            Packet::Connected => {
                self.stage = Stage::Joining;
                return Ok(());
            }
            Packet::Ping => return self.write(Opcode::Text, b"3"),
            Packet::Other => return Ok(()),
            Packet::Said(json) => json,
        };
        let heard = memory.hear(json);
        match heard.map_err(|error| format!("the host said what is no frame: {error}"))? {
            Heard::Welcome(from) => {
                self.stage = Stage::In;
                self.reading.from = from;
            }
            Heard::Batch(batch) => {
                self.note(&batch);
                ear.batch(&batch);
            }
            Heard::Answer { random, fate } => ear.answer(random, fate),
            Heard::Turned(why) => return Err(why),
            Heard::Other => {}
        }
        Ok(())
    }

    fn note(&mut self, batch: &Batch) {
        let Reading { read, missed, missed_of_some_class, last, disordered, from: _ } =
            &mut self.reading;
        for class in 0..read.len() {
            read[class] += batch.read[class];
            missed[class] += batch.missed[class];
        }
        *missed_of_some_class += batch.missed_of_some_class;
        *disordered += batch.disordered;
        if let Some((first, end)) = batch.places {
            *disordered += u64::from(first <= *last);
            *last = end;
        }
    }

    fn join(&mut self) -> Result<(), String> {
        self.stage = Stage::Joining;
        let join = match self.is_guest {
            true => r#"{"v":1,"t":"join","guest":true}"#,
            false => r#"{"v":1,"t":"join","nick":"Load"}"#,
        };
        self.say("join", join.to_owned())
    }

    /// Says a frame of PROTOCOL.md.
    ///
    /// # Errors
    /// Why the connection has ended.
    pub(crate) fn say(&mut self, event: &str, json: String) -> Result<(), String> {
        let text = self.dialect.written(event, json);
        self.write(Opcode::Text, text.as_bytes())
    }

    fn write(&mut self, opcode: Opcode, payload: &[u8]) -> Result<(), String> {
        self.key = self.key.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
        ws::write(opcode, payload, self.key.to_be_bytes(), &mut self.output);
        self.flush()
    }

    /// Writes what the system takes.
    ///
    /// # Errors
    /// Why the connection has ended.
    pub(crate) fn flush(&mut self) -> Result<(), String> {
        while !self.output.is_empty() {
            match self.stream.write(&self.output) {
                Ok(length) => drop(self.output.drain(..length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(format!("the connection broke: {error}")),
            }
        }
        self.output = Vec::new();
        Ok(())
    }
}
