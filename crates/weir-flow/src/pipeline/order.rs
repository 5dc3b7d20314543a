/// Sorts parts so that each comes after its inputs; of several that could come next, the one declared first. An error is a
/// circle, its first member again at its end.
pub(super) fn topological(inputs: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut order = Vec::with_capacity(inputs.len());
    let mut placed = vec![false; inputs.len()];
    while order.len() < inputs.len() {
        let next = (0..inputs.len())
            .find(|&part| !placed[part] && inputs[part].iter().all(|&input| placed[input]));
        match next {
            Some(part) => {
                placed[part] = true;
                order.push(part);
            }
            None => return Err(circle(inputs, &placed)),
        }
    }
    Ok(order)
}

/// Every part left has an input that is left too, so going back along them comes round.
fn circle(inputs: &[Vec<usize>], placed: &[bool]) -> Vec<usize> {
    let mut path = Vec::new();
    let mut part = placed.iter().position(|placed| !placed).unwrap_or(0);
    loop {
        if let Some(begins) = path.iter().position(|&seen| seen == part) {
            let mut circle = path.split_off(begins);
            circle.reverse();
            circle.insert(0, part);
            // Told in the direction of the rows, from the part declared first.
            circle.pop();
            let first = (0..circle.len()).min_by_key(|&at| circle[at]).unwrap_or(0);
            circle.rotate_left(first);
            circle.push(circle[0]);
            return circle;
        }
        path.push(part);
        part = inputs[part]
            .iter()
            .copied()
            .find(|&input| !placed[input])
            .unwrap_or(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comes_after_its_inputs() {
        let inputs = [vec![2], vec![0, 2], vec![], vec![1]];
        assert_eq!(topological(&inputs), Ok(vec![2, 0, 1, 3]));
    }

    #[test]
    fn a_circle_is_told_in_the_direction_of_the_rows() {
        // 0 → 1 → 3 → 2 → 1
        let inputs = [vec![], vec![0, 2], vec![3], vec![1]];
        assert_eq!(topological(&inputs), Err(vec![1, 3, 2, 1]));
        assert_eq!(topological(&[vec![0]]), Err(vec![0, 0]));
    }
}
