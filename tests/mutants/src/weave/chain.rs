//! What a binary operator's replacement means where operators stand in a row.
//!
//! cargo-mutants replaces the operator's text, so that precedence may group the row anew: `a && b && c`
//! becomes `a || (b && c)`, not `(a || b) && c`. Whoever changes a tree must know where the two differ.

use std::ops::Range;

use quote::ToTokens;
use syn::{BinOp, Expr, ExprBinary, spanned::Spanned};

/// Operators whose replacements bind more loosely or tightly than each other, and no others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Lazy,
    Compare,
    Reckon,
    Assign,
}

impl Class {
    pub(crate) fn of(op: &BinOp) -> Self {
        match op {
            BinOp::And(_) | BinOp::Or(_) => Self::Lazy,
            BinOp::Eq(_)
            | BinOp::Ne(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_) => Self::Compare,
            BinOp::Add(_)
            | BinOp::Sub(_)
            | BinOp::Mul(_)
            | BinOp::Div(_)
            | BinOp::Rem(_)
            | BinOp::BitXor(_)
            | BinOp::BitAnd(_)
            | BinOp::BitOr(_)
            | BinOp::Shl(_)
            | BinOp::Shr(_) => Self::Reckon,
            _ => Self::Assign,
        }
    }
}

/// What the row of operators becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The same two operands, otherwise joined.
    Same,
    /// The row groups otherwise.
    Regrouped,
    /// No expression.
    Nothing,
}

/// What `root` means in `source` with the operator at `op` replaced.
pub(crate) fn meaning(
    source: &str,
    root: &ExprBinary,
    op: &Range<usize>,
    replacement: &str,
) -> Meaning {
    if replacement == "||" && has_let(root) {
        return Meaning::Nothing;
    }
    let range = root.span().byte_range();
    let text = [&source[range.start..op.start], replacement, &source[op.end..range.end]].concat();
    let Ok(after) = syn::parse_str::<Expr>(&text) else { return Meaning::Nothing };
    let expected = Expr::Binary(root.clone());
    if grouped(&after, None) == grouped(&expected, Some((op, replacement))) {
        Meaning::Same
    } else {
        Meaning::Regrouped
    }
}

/// The tokens of the expression with a bracket around each operation, one operator replaced.
fn grouped(expr: &Expr, change: Option<(&Range<usize>, &str)>) -> String {
    let Expr::Binary(ExprBinary { left, op, right, .. }) = expr else {
        return expr.to_token_stream().to_string();
    };
    let sign = match change {
        Some((at, replacement)) if op.span().byte_range() == *at => replacement.to_owned(),
        _ => op.to_token_stream().to_string(),
    };
    format!("[{} {sign} {}]", grouped(left, change), grouped(right, change))
}

/// Whether the row has a `let` in it, which only `&&` may join.
fn has_let(root: &ExprBinary) -> bool {
    [&root.left, &root.right].into_iter().any(|side| match &**side {
        Expr::Binary(inner) => has_let(inner),
        side => matches!(side, Expr::Let(_)),
    })
}

#[cfg(test)]
mod tests {
    use super::{Meaning, meaning};

    #[test]
    fn a_replaced_operator_means_what_its_text_means() {
        for (source, at, replacement, expected) in [
            ("a && b", 2, "||", Meaning::Same),
            ("a && b && c", 7, "||", Meaning::Same),
            ("a && b && c", 2, "||", Meaning::Regrouped),
            ("a || b && c", 2, "&&", Meaning::Regrouped),
            ("a && let Some(b) = c", 2, "||", Meaning::Nothing),
        ] {
            let syn::Expr::Binary(root) = syn::parse_str(source).unwrap() else { unreachable!() };
            assert_eq!(meaning(source, &root, &(at..at + 2), replacement), expected, "{source}");
        }
        let source = "a - b + c";
        let syn::Expr::Binary(root) = syn::parse_str(source).unwrap() else { unreachable!() };
        assert_eq!(meaning(source, &root, &(6..7), "*"), Meaning::Regrouped);
        assert_eq!(meaning(source, &root, &(2..3), "+"), Meaning::Same);
        let source = "a as u64 > b";
        let syn::Expr::Binary(root) = syn::parse_str(source).unwrap() else { unreachable!() };
        assert_eq!(meaning(source, &root, &(9..10), "<"), Meaning::Nothing);
    }
}
