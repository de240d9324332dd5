"""What the Hub accepts in a card, as plain values. Data, no code.

Source: the Hub's documentation (licences, `datasetcard.md`), the task list of huggingface.js
(`pipelines.ts`) and `datasets/utils/resources`, read in November 2026. A value that the Hub
has added since is a false finding: add it here.
"""

__all__ = [
    "ANNOTATION_CREATORS",
    "LANGUAGE_CREATORS",
    "LICENCES",
    "MAX_CARD_BYTES",
    "MAX_CONFIGS",
    "MAX_SPLITS",
    "MULTILINGUALITIES",
    "PLACEHOLDERS",
    "READ_ANYWAY",
    "SIZE_CATEGORIES",
    "TASKS",
]

LICENCES = frozenset(
    """
    apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0
    bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause
    bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0
    cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0
    cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0
    cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1
    eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc h-research
    intel-research lppl-1.3c ms-pl apple-ascl apple-amlr mpl-2.0 odc-by odbl openmdw-1.0
    openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib pddl lgpl-lr
    deepfloyd-if-license fair-noncommercial-research-license llama2 llama3 llama3.1 llama3.2
    llama3.3 llama4 gemma unknown other
    """.split()  # noqa: SIM905 - ids are easier to read as words
)

ANNOTATION_CREATORS = frozenset(
    {
        "found",
        "crowdsourced",
        "expert-generated",
        "machine-generated",
        "no-annotation",
        "other",
    }
)
LANGUAGE_CREATORS = ANNOTATION_CREATORS - {"no-annotation"}
MULTILINGUALITIES = frozenset({"monolingual", "multilingual", "translation", "other"})

#: Size category and the number of rows from which the next one holds.
SIZE_CATEGORIES = {
    "n<1K": 10**3,
    "1K<n<10K": 10**4,
    "10K<n<100K": 10**5,
    "100K<n<1M": 10**6,
    "1M<n<10M": 10**7,
    "10M<n<100M": 10**8,
    "100M<n<1B": 10**9,
    "1B<n<10B": 10**10,
    "10B<n<100B": 10**11,
    "100B<n<1T": 10**12,
    "n>1T": 10**30,
}

#: Tasks on text and their task ids.
TASKS = {
    "text-classification": """
        acceptability-classification entity-linking-classification fact-checking
        intent-classification language-identification multi-class-classification
        multi-label-classification multi-input-text-classification natural-language-inference
        semantic-similarity-classification sentiment-classification topic-classification
        semantic-similarity-scoring sentiment-scoring sentiment-analysis hate-speech-detection
        text-scoring
    """.split(),  # noqa: SIM905 - as above
    "token-classification": """
        named-entity-recognition part-of-speech parsing lemmatization word-sense-disambiguation
        coreference-resolution
    """.split(),  # noqa: SIM905 - as above
    "question-answering": ["extractive-qa", "open-domain-qa", "closed-domain-qa"],
    "summarization": ["news-articles-summarization", "news-articles-headline-generation"],
    "text-generation": [
        "dialogue-modeling",
        "dialogue-generation",
        "conversational",
        "language-modeling",
    ],
    "text2text-generation": """
        text-simplification explanation-generation abstractive-qa open-domain-abstractive-qa
        closed-domain-qa open-book-qa closed-book-qa
    """.split(),  # noqa: SIM905 - as above
    "fill-mask": ["slot-filling", "masked-language-modeling"],
    "text-retrieval": [
        "document-retrieval",
        "utterance-retrieval",
        "entity-linking-retrieval",
        "fact-checking-retrieval",
    ],
    "multiple-choice": ["multiple-choice-qa", "multiple-choice-coreference-resolution"],
    "feature-extraction": [],
    "sentence-similarity": [],
    "table-question-answering": [],
    "table-to-text": [],
    "text-ranking": [],
    "text-to-speech": [],
    "time-series-forecasting": [],
    "translation": [],
    "zero-shot-classification": [],
    "other": [],
}

#: Above this size the Hub refuses the card (HTTP 413 has been seen from its YAML check);
#: the limit is not published, so this is a budget on the safe side.
MAX_CARD_BYTES = 1_000_000

#: Most configs that the Hub's viewer shows.
MAX_CONFIGS = 4_000

#: Most splits of one config that the Hub's viewer shows.
MAX_SPLITS = 30

#: Files that `datasets` reads although no config names them.
READ_ANYWAY = ("dataset_infos.json", ".huggingface.yaml")

#: What templates leave in a card that nobody finished.
PLACEHOLDERS = ("[more information needed]", "[optional]", "{{ ")
