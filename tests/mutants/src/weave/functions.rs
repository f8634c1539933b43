//! Switches at the heads of functions.

use quote::ToTokens;
use syn::{Block, Signature, Type, spanned::Spanned};

use super::{
    Weaver,
    edit::{Edit, Part},
};
use crate::list::Genre;

/// A function that may be called in constants.
#[derive(Clone, Debug)]
pub(crate) struct ConstFn {
    pub(crate) owner: Option<String>,
    pub(crate) name: String,
    pub(crate) line: usize,
}

impl Weaver<'_> {
    /// Whether there may be switches in the function.
    pub(super) fn weave_fn(&mut self, sig: &Signature, block: &Block) -> bool {
        if let Some(token) = &sig.constness {
            let line = sig.fn_token.span.start().line;
            let name = sig.ident.to_string();
            self.const_fns.push(ConstFn { owner: self.owner.clone(), name, line });
            if self.consts.contains(&line) {
                return false;
            }
            self.edits.push(Edit { range: token.span().byte_range(), parts: Vec::new() });
        }
        let Some(first) = block.stmts.first() else { return true };
        let mutants = self.take(Genre::FnValue, first.span().start());
        let Some((_, mutant)) = mutants.first() else { return true };
        let is_opaque = mutant.is_of_opaque_value();
        let numbers: Vec<_> = mutants.iter().map(|(number, _)| *number).collect();
        let values = mutants.iter().map(|(_, mutant)| mutant.replacement.as_str());
        let choice = self.choice(&numbers);
        let (range, parts) = if is_opaque {
            let range = block.span().byte_range();
            (range.clone(), choice.either(range, values))
        } else {
            let mut parts = vec![Part::Text("{ ".to_owned())];
            parts.extend(choice.early(values));
            (block.brace_token.span.open().byte_range(), parts)
        };
        self.edits.push(Edit { range, parts });
        true
    }
}

/// A type's own name, without its path and its parameters.
pub(super) fn name_of(of: &Type) -> String {
    match of {
        Type::Path(path) => path.path.segments.last().map(|it| it.ident.to_string()),
        _ => None,
    }
    .unwrap_or_else(|| of.to_token_stream().to_string())
}
