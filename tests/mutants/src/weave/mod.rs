//! The source with every mutant in it, each behind a switch that is thrown at run time.
//!
//! A switch is a call of `crate::mutant::pick`, which answers 0 for the code as it was written and the
//! place of a replacement otherwise. Operands are reckoned once, whatever becomes of them, so that nested
//! operators do not double the text; where there must be two copies the mutated one has no switches in it.

mod chain;
mod edit;
mod functions;
mod parts;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::LineColumn;
use syn::{
    Arm, Expr, ExprBinary, ExprMatch, ExprRepeat, ExprStruct, ExprUnary, Pat,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::{
    Result,
    list::{Genre, Mutant, Place},
};
use chain::{Class, Meaning, meaning};
pub(crate) use edit::Region;
use edit::{Edit, render};
pub(crate) use functions::ConstFn;
use parts::{Choice, deleted, plain, source, text};

/// The numbers of the switches: which mutants stand behind which. They count up from 1.
#[derive(Debug, Default)]
pub(crate) struct Switches {
    mutants: Vec<usize>,
    /// The first number of each place.
    places: BTreeSet<usize>,
}

impl Switches {
    /// Numbers for the mutants of one place: the first of them.
    fn place(&mut self, mutants: impl IntoIterator<Item = usize>) -> usize {
        let first = self.mutants.len() + 1;
        self.mutants.extend(mutants);
        self.places.insert(first);
        first
    }

    /// Each switch: its number, its mutant, and the first number of its place.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        self.mutants.iter().enumerate().map(|(at, mutant)| {
            let switch = at + 1;
            let place = self.places.range(..=switch).next_back();
            (switch, *mutant, *place.expect("the first switch begins a place"))
        })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.mutants.len()
    }
}

/// A file with switches in it.
pub(crate) struct Woven {
    pub(crate) text: String,
    pub(crate) regions: Vec<Region>,
    /// Mutants that are no Rust.
    pub(crate) nothing: Vec<usize>,
    /// Mutants that cannot be switched: in constants, patterns and functions that stay `const`.
    pub(crate) unplaced: Vec<usize>,
    pub(crate) const_fns: Vec<ConstFn>,
}

/// Weaves `mutants`, each with its number, into the text of their file. Functions that begin on a
/// line of `consts` stay `const`.
pub(crate) fn weave(
    source: &str,
    mutants: &[(usize, &Mutant)],
    consts: &BTreeSet<usize>,
    switches: &mut Switches,
) -> Result<Woven> {
    let file = syn::parse_file(source)?;
    let mut wanted = BTreeMap::<_, Vec<_>>::new();
    for (number, mutant) in mutants {
        let key = (mutant.genre, mutant.span.start);
        wanted.entry(key).or_default().push((*number, *mutant));
    }
    let mut weaver = Weaver {
        source,
        wanted,
        consts,
        switches,
        edits: Vec::new(),
        nothing: Vec::new(),
        const_fns: Vec::new(),
        owner: None,
        row: None,
    };
    weaver.visit_file(&file);
    let Weaver { edits, nothing, const_fns, wanted, .. } = weaver;
    let (text, regions) = render(source, edits);
    let unplaced = wanted.into_values().flatten().map(|(number, _)| number).collect();
    Ok(Woven { text, regions, nothing, unplaced, const_fns })
}

struct Weaver<'a> {
    source: &'a str,
    /// What has not been woven yet, by what it changes and where.
    wanted: BTreeMap<(Genre, Place), Vec<(usize, &'a Mutant)>>,
    consts: &'a BTreeSet<usize>,
    switches: &'a mut Switches,
    edits: Vec<Edit>,
    nothing: Vec<usize>,
    const_fns: Vec<ConstFn>,
    /// The type whose `impl` this is.
    owner: Option<String>,
    /// The class of the operator around, if nothing but operators stands between.
    row: Option<Class>,
}

impl<'a> Weaver<'a> {
    fn take(&mut self, genre: Genre, at: LineColumn) -> Vec<(usize, &'a Mutant)> {
        let start = Place { line: at.line, column: at.column + 1 };
        self.wanted.remove(&(genre, start)).unwrap_or_default()
    }

    /// A switch between the code as it was and the mutants' own parts.
    fn choice(&mut self, mutants: &[usize]) -> Choice {
        Choice::new(self.switches.place(mutants.iter().copied()), mutants)
    }

    /// What becomes of a row of operators of one class where a replacement groups it anew; the
    /// others are woven where they stand.
    fn weave_row(&mut self, root: &ExprBinary) {
        let mut regrouped = Vec::new();
        let class = Class::of(&root.op);
        let mut open = vec![root];
        while let Some(at) = open.pop() {
            let op = at.op.span();
            let key = (Genre::BinaryOperator, place(op.start()));
            let mut mutants = self.wanted.remove(&key).unwrap_or_default();
            mutants.retain(|(number, mutant)| {
                match meaning(self.source, root, &op.byte_range(), &mutant.replacement) {
                    Meaning::Same => return true,
                    Meaning::Nothing => self.nothing.push(*number),
                    Meaning::Regrouped => regrouped.push((*number, *mutant, op.byte_range())),
                }
                false
            });
            if !mutants.is_empty() {
                self.wanted.insert(key, mutants);
            }
            for side in [&at.left, &at.right] {
                if let Expr::Binary(inner) = &**side
                    && Class::of(&inner.op) == class
                {
                    open.push(inner);
                }
            }
        }
        if regrouped.is_empty() {
            return;
        }
        let range = root.span().byte_range();
        let numbers: Vec<_> = regrouped.iter().map(|(number, ..)| *number).collect();
        let variants = regrouped.iter().map(|(_, mutant, op)| {
            vec![plain(range.start..op.start), text(&mutant.replacement), plain(op.end..range.end)]
        });
        let choice = self.choice(&numbers);
        let parts = choice.value(vec![source(range.clone())], variants);
        self.edits.push(Edit { range, parts });
    }

    fn weave_operator(&mut self, node: &ExprBinary) {
        let mutants = self.take(Genre::BinaryOperator, node.op.span().start());
        if mutants.is_empty() {
            return;
        }
        let numbers: Vec<_> = mutants.iter().map(|(number, _)| *number).collect();
        let choice = self.choice(&numbers);
        let [left, right] = [&node.left, &node.right].map(|side| side.span().byte_range());
        let sign = &self.source[node.op.span().byte_range()];
        let signs = mutants.iter().map(|(_, mutant)| mutant.replacement.as_str());
        let parts = match Class::of(&node.op) {
            Class::Lazy => choice.lazy(left, sign == "||", right),
            Class::Compare => choice.compare(left, sign, right, signs),
            Class::Reckon => choice.reckon(left, sign, right, signs),
            Class::Assign => choice.assign(left, sign, right, signs),
        };
        self.edits.push(Edit { range: node.span().byte_range(), parts });
    }

    fn weave_deleted(&mut self, arm: &Arm) {
        if let Some((number, _)) = self.take(Genre::MatchArm, arm.span().start()).pop() {
            let range = arm.pat.span().byte_range();
            let parts = self.choice(&[number]).guard(range.clone());
            self.edits.push(Edit { range, parts });
        }
    }

    fn weave_guard(&mut self, arm: &Arm) {
        let Some((_, guard)) = &arm.guard else { return };
        if holds_let(guard) {
            return;
        }
        let mutants = self.take(Genre::MatchArmGuard, guard.span().start());
        if mutants.is_empty() {
            return;
        }
        let numbers: Vec<_> = mutants.iter().map(|(number, _)| *number).collect();
        let range = guard.span().byte_range();
        let variants = mutants.iter().map(|(_, mutant)| vec![text(&mutant.replacement)]);
        let parts = self.choice(&numbers).value(vec![source(range.clone())], variants);
        self.edits.push(Edit { range, parts });
    }
}

impl<'ast> Visit<'ast> for Weaver<'_> {
    fn visit_expr(&mut self, node: &'ast Expr) {
        let around = self.row;
        if !matches!(node, Expr::Binary(_)) {
            self.row = None;
        }
        visit::visit_expr(self, node);
        self.row = around;
    }

    fn visit_expr_binary(&mut self, node: &'ast ExprBinary) {
        let class = Class::of(&node.op);
        if self.row != Some(class) {
            self.weave_row(node);
        }
        self.weave_operator(node);
        self.row = Some(class);
        self.visit_expr(&node.left);
        self.visit_expr(&node.right);
    }

    fn visit_expr_unary(&mut self, node: &'ast ExprUnary) {
        if let Some((number, _)) = self.take(Genre::UnaryOperator, node.op.span().start()).pop() {
            let sign = &self.source[node.op.span().byte_range()];
            let parts = self.choice(&[number]).unary(sign, node.expr.span().byte_range());
            self.edits.push(Edit { range: node.span().byte_range(), parts });
        }
        visit::visit_expr_unary(self, node);
    }

    fn visit_expr_match(&mut self, node: &'ast ExprMatch) {
        // Where what is left without an arm is not all that there is, another pattern must stay
        // without a guard.
        let is_open =
            node.arms.iter().any(|arm| matches!(arm.pat, Pat::Wild(_)) && arm.guard.is_none());
        for arm in &node.arms {
            if is_open {
                self.weave_deleted(arm);
            }
            self.weave_guard(arm);
        }
        visit::visit_expr_match(self, node);
    }

    fn visit_expr_struct(&mut self, node: &'ast ExprStruct) {
        let (mut numbers, mut fields) = (Vec::new(), Vec::new());
        for pair in node.fields.pairs() {
            let start = pair.value().span();
            for (number, _) in self.take(Genre::StructField, start.start()) {
                let end = pair.punct().map_or(start, Spanned::span);
                numbers.push(number);
                fields.push(start.byte_range().start..end.byte_range().end);
            }
        }
        if !numbers.is_empty() {
            let range = node.span().byte_range();
            let variants = fields.into_iter().map(|field| deleted(&range, &field));
            let parts = self.choice(&numbers).value(vec![source(range.clone())], variants);
            self.edits.push(Edit { range, parts });
        }
        visit::visit_expr_struct(self, node);
    }

    // What a compiler reckons has no switches in it.

    fn visit_pat(&mut self, _: &'ast Pat) {}

    fn visit_expr_repeat(&mut self, node: &'ast ExprRepeat) {
        self.visit_expr(&node.expr);
    }

    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}

    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}

    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}

    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}

    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}

    fn visit_type(&mut self, _: &'ast syn::Type) {}

    fn visit_variant(&mut self, _: &'ast syn::Variant) {}

    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_item_fn(&mut self, node: &'ast syn::ItemFn) {
        if self.weave_fn(&node.sig, &node.block) {
            self.visit_block(&node.block);
        }
    }

    fn visit_impl_item_fn(&mut self, node: &'ast syn::ImplItemFn) {
        if self.weave_fn(&node.sig, &node.block) {
            self.visit_block(&node.block);
        }
    }

    fn visit_trait_item_fn(&mut self, node: &'ast syn::TraitItemFn) {
        let Some(block) = &node.default else { return };
        if self.weave_fn(&node.sig, block) {
            self.visit_block(block);
        }
    }

    fn visit_item_impl(&mut self, node: &'ast syn::ItemImpl) {
        let around = self.owner.replace(functions::name_of(&node.self_ty));
        visit::visit_item_impl(self, node);
        self.owner = around;
    }
}

fn holds_let(guard: &Expr) -> bool {
    match guard {
        Expr::Let(_) => true,
        Expr::Binary(row) => holds_let(&row.left) || holds_let(&row.right),
        _ => false,
    }
}

fn place(at: LineColumn) -> Place {
    Place { line: at.line, column: at.column + 1 }
}
