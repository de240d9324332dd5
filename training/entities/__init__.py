"""The recipe of the embedded entity tagger: data, training, evaluation."""
