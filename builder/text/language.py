"""Identify the language of an article, or abstain.

It knows how much text to read, when to read more, and when passages disagree so much that the
article is mixed. It refuses to know how a passage is identified: that is a `LanguageIdentifier`,
by default py3langid's model (`language_model.py`), and any other one fits the same protocol.

One tag policy, whatever the identifier says (see `canonical_tag`): BCP 47, shortest code; a script
subtag for zh and sr only, decided by the characters of the text; Bokmål and unspecified Norwegian
are `no`, Nynorsk is `nn`; every Chinese is `zh` and every Arabic is `ar`, since news is written in
the standard languages; `zxx` (no language) is `und`.
"""

import re
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import prod
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

from builder.text.language_codes import FAMILY, SECOND_LOOK, UNDETERMINED, canonical_tag
from schema.hints import LanguageGuess
from schema.terms import Flag

__all__ = [
    "SUPPORTED_TAGS",
    "LanguageDecision",
    "LanguageIdentifier",
    "LanguageSampling",
    "assess_language",
    "assess_languages",
    "canonical_tag",
]

SUPPORTED_TAGS = frozenset(
    (  # noqa: SIM905  a hundred quoted tags would be a page
        "ace af am an ar as az ba bcl be bg bn br bs ca crh cs cy da de dz el en eo es et eu "
        "ext fa fi fo fr fuv fy ga gcf gcr gd gl gn gom gu guw ha he hi hr ht hu hy id ig is "
        "it ja jv ka kab ki kk km kn ko ku ky la lb lg lij ln lo lt ltg lv mg mk ml mn mr ms "
        "mt my ne nl nn no nso oc om or pa pcm pl ps pt qu ro ru rw sa sdh se si sk sl sn so "
        "sq sr-Cyrl sr-Latn st sv sw ta te tg th tk tl tr tt ug uk ur uz uzs vec vi vo wa xh "
        "yo zh zh-Hans zh-Hant zu "
    ).split()
)
"""Tags that the default identifier can give, after `canonical_tag`."""

SHORT_TEXT = 5
"""A text of at most so many samples is read as a whole."""

SAMPLES = 3
"""Number of samples: near the start, in the middle, near the end."""

_SIMPLIFIED = frozenset(
    "们国来说时这会个为对学过还进发动开无问关车见长门马书东乐习乡买卖云亚产亲仅从仓价众优伙传伤伦伟"
    "侧债倾储儿党兰兴养内军农冲决况净凉减凤凭刘则刚创别剂剑剧劝办务劳势匀区医华协单卫厂厅历厉压厌县"
    "参双变叶号叹吗员听启呜响团园围图圆圣场坏块坚坛坝坟垒处备复够头夸夹夺奋奖妆妇妈娱婴孙宁宝实宠审"
    "宪宫宽宾寻导寿将尔尘尝尽层届属岁岂岛岭币师帐帮带广庄庆库应庙废张弹强归当录彻径忆忧怀态怜总恋恶"
    "惊惧惨惯愤愿战户执扩扫扬扰护报担拥择挡挤损换据摄摆敌数斗断旧显晒晓暂术机杀杂权条极构枪柜标栋树"
    "样桥检楼欢欧残毁毕气汇汉汤沟没泪泽洁浅测济浏浓涛润涨渐温湾湿满滚滩灭灯灵灾炉点烂热爱爷牵犹独狱"
    "猎献玛环现电画畅疗疯盐监盖盘着睁码矿确础礼种积称稳穷窃竞笔签简类粮紧纪约级纯纲纳纵纸线练组细织终"
    "经结给络绝统继续维综绿缓编缩网罗罚职联聪肃胁胜脑脚脸艺节苏苹荐药荣营虑虽补装规视觉览计订认讨让训"
    "议讯记许论设访证评识诉诊词译试诗诚话询该详语误请诸读课谁调谈谋谢象贝负财责贤败货质贯贴贵贷贸费贺"
    "贾资赏赛赞赶趋跃践转轮软轻载较输辑边达迁运近违连迟适选递逻遗邓邮邻郑酱释里针钟钢钱铁银销锁锋错键"
    "镇闪闭闲间闻阅队阳阴阵阶际陆陈险随隐难雾静韩页顶项顺须顾预领频题额风飞饭饮饰馆驱验骑鱼鸟鸡鸣齐齿"
)
_TRADITIONAL = frozenset(
    "們國來說時這會個為對學過還進發動開無問關車見長門馬書東樂習鄉買賣雲亞產親僅從倉價眾優夥傳傷倫偉"
    "側債傾儲兒黨蘭興養內軍農衝決況淨涼減鳳憑劉則剛創別劑劍劇勸辦務勞勢勻區醫華協單衛廠廳歷厲壓厭縣"
    "參雙變葉號嘆嗎員聽啟嗚響團園圍圖圓聖場壞塊堅壇壩墳壘處備復夠頭誇夾奪奮獎妝婦媽娛嬰孫寧寶實寵審"
    "憲宮寬賓尋導壽將爾塵嘗盡層屆屬歲豈島嶺幣師帳幫帶廣莊慶庫應廟廢張彈強歸當錄徹徑憶憂懷態憐總戀惡"
    "驚懼慘慣憤願戰戶執擴掃揚擾護報擔擁擇擋擠損換據攝擺敵數鬥斷舊顯曬曉暫術機殺雜權條極構槍櫃標棟樹"
    "樣橋檢樓歡歐殘毀畢氣匯漢湯溝沒淚澤潔淺測濟瀏濃濤潤漲漸溫灣濕滿滾灘滅燈靈災爐點爛熱愛爺牽猶獨獄"
    "獵獻瑪環現電畫暢療瘋鹽監蓋盤著睜碼礦確礎禮種積稱穩窮竊競筆簽簡類糧緊紀約級純綱納縱紙線練組細織終"
    "經結給絡絕統繼續維綜綠緩編縮網羅罰職聯聰肅脅勝腦腳臉藝節蘇蘋薦藥榮營慮雖補裝規視覺覽計訂認討讓訓"
    "議訊記許論設訪證評識訴診詞譯試詩誠話詢該詳語誤請諸讀課誰調談謀謝象貝負財責賢敗貨質貫貼貴貸貿費賀"
    "賈資賞賽讚趕趨躍踐轉輪軟輕載較輸輯邊達遷運近違連遲適選遞邏遺鄧郵鄰鄭醬釋裡針鐘鋼錢鐵銀銷鎖鋒錯鍵"
    "鎮閃閉閒間聞閱隊陽陰陣階際陸陳險隨隱難霧靜韓頁頂項順須顧預領頻題額風飛飯飲飾館驅驗騎魚鳥雞鳴齊齒"
)
_ONLY_SIMPLIFIED = _SIMPLIFIED - _TRADITIONAL
_ONLY_TRADITIONAL = _TRADITIONAL - _SIMPLIFIED

_TRADITIONAL_REGIONS = frozenset({"hant", "tw", "hk", "mo"})
_SIMPLIFIED_REGIONS = frozenset({"hans", "cn", "sg", "my"})
_SEVERAL = frozenset({"sh", "hbs"})  # Serbo-Croatian: declared, it is none of hr, sr and bs
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_DECLARED = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9_-]{1,20}))?\s*")


Answer = TypeVar("Answer")
Reading = Generator[list[str], list[LanguageGuess], Answer]
"""Reading a text: passages are asked for, their languages come back, an answer comes of it."""


@runtime_checkable
class LanguageIdentifier(Protocol):
    """Anything that names the language of a passage.

    `identify` gives a BCP 47 tag (`und` for none) and a probability; it must depend on nothing but
    the passage. Sampling, abstaining, scripts and flags are `assess_language`'s.
    """

    name: str
    version: str

    def identify(self, text: str) -> LanguageGuess:
        """Return the most likely language of a passage of one or more sentences."""
        ...


@runtime_checkable
class _ReadsMany(Protocol):
    """An identifier that names the languages of many passages in less time than one by one."""

    def identify_all(self, texts: Sequence[str]) -> list[LanguageGuess]: ...


@dataclass(frozen=True)
class LanguageSampling:
    """How much of a text is read, and when the answer is trusted.

    Lengths in code points. Measured on 651 development articles: with three samples of 80 a
    tenth of the text is read, five times as fast as the whole, and all answers are the same;
    samples of 120 cost a third more and change nothing.
    """

    sample_chars: int = 80
    passage_chars: int = 400
    max_passages: int = 16
    min_letters: int = 20
    min_score: float = 0.55
    sure_score: float = 0.9
    mixed_share: float = 0.25


class LanguageDecision(NamedTuple):
    """The language of an article.

    `declared` is the declared tag in canonical form, if it could be read; `flags` are sorted;
    `reason` says why `tag` is `und`: `short`, `no_language` or `unsure`.
    """

    tag: str
    score: float
    flags: tuple[Flag, ...]
    declared: str | None = None
    reason: str | None = None


def assess_language(
    text: str,
    declared: str | None,
    identifier: LanguageIdentifier,
    sampling: LanguageSampling = LanguageSampling(),
) -> LanguageDecision:
    """Decide the language of an article by samples, reading more where they disagree.

    Three samples (near the start, in the middle, near the end) decide if they agree. If not, up
    to `max_passages` passages spread over the text vote, each with its letters times its score;
    a foreign list or quote is outvoted. Second languages with `mixed_share` of the votes or more
    flag the article as mixed.

    Args:
        text: cleaned text; normalized raw text gives the provisional language.
        declared: language as metadata or HTML declares it; evidence for a flag, never the answer.
        identifier: names the language of a passage.
        sampling: lengths and thresholds.

    Returns:
        The tag (`und` below `min_score` or under `min_letters` letters) with a score in [0, 1]
        of 3 decimals: the chance that not all agreeing passages err, times their share. Never
        raises by itself.
    """
    return assess_languages([text], [declared], identifier, sampling)[0]


def assess_languages(
    texts: Sequence[str],
    declared: Sequence[str | None],
    identifier: LanguageIdentifier,
    sampling: LanguageSampling = LanguageSampling(),
) -> list[LanguageDecision]:
    """Decide the languages of many articles: the same as of each alone, in less time."""
    readings = [_assess(*article, sampling) for article in zip(texts, declared, strict=True)]
    decisions: list[LanguageDecision | None] = [None] * len(readings)
    answers: dict[int, list[LanguageGuess] | None] = dict.fromkeys(range(len(readings)))
    while answers:
        asked: dict[int, list[str]] = {}
        for at, answer in answers.items():
            try:
                reading = readings[at]
                asked[at] = next(reading) if answer is None else reading.send(answer)
            except StopIteration as end:
                decisions[at] = end.value
        guesses = iter(_identify(list(chain.from_iterable(asked.values())), identifier))
        answers = {at: list(islice(guesses, len(passages))) for at, passages in asked.items()}
    return [decision for decision in decisions if decision is not None]


def _identify(passages: Sequence[str], identifier: LanguageIdentifier) -> list[LanguageGuess]:
    if isinstance(identifier, _ReadsMany):
        return identifier.identify_all(passages)
    return list(map(identifier.identify, passages))


def _assess(
    text: str, declared: str | None, sampling: LanguageSampling
) -> Reading[LanguageDecision]:
    """Decide the language of a text, asking for those of its passages."""
    declared_tag = _declared_tag(declared)
    letters = islice(filter(str.isalpha, text), sampling.min_letters)
    if len(list(letters)) < sampling.min_letters:
        return LanguageDecision(
            UNDETERMINED, 0.0, (Flag.LANGUAGE_UNCERTAIN,), declared_tag, "short"
        )
    flags = set()
    samples = _samples(text, sampling)
    tag, score, other_share = yield from _vote(samples)
    is_sure = score >= sampling.sure_score and other_share == 0.0 and tag not in SECOND_LOOK
    if not is_sure and (len(samples) > 1 or len(text) > sampling.passage_chars):
        tag, score, other_share = yield from _vote(_passages(text, sampling))
    if other_share >= sampling.mixed_share:
        flags.add(Flag.MIXED_LANGUAGE)
    score = round(score, 3)
    reason = None
    if tag == UNDETERMINED or score < sampling.min_score:
        reason = "no_language" if tag == UNDETERMINED else "unsure"
        tag = UNDETERMINED
        flags.add(Flag.LANGUAGE_UNCERTAIN)
    else:
        tag = _with_script(tag, text)
        if declared_tag is not None and _conflict(declared_tag, tag):
            flags.add(Flag.LANGUAGE_CONFLICT)
    return LanguageDecision(tag, score, tuple(sorted(flags)), declared_tag, reason)


def _samples(text: str, sampling: LanguageSampling) -> list[str]:
    """Cut three samples out of a text, or take a short text as it is."""
    size = sampling.sample_chars
    if len(text) <= SHORT_TEXT * size:
        return [text]
    return [_slice(text, (len(text) - size) * part // 8, size) for part in (1, 4, 7)]


def _passages(text: str, sampling: LanguageSampling) -> list[str]:
    """Cut a text into passages of equal length; of a long text, take them evenly spread."""
    size = sampling.passage_chars
    count = min(sampling.max_passages, -(-len(text) // size))
    if count * size >= len(text):
        size = -(-len(text) // count)
        return [_slice(text, number * size, size) for number in range(count)]
    room = len(text) - size
    return [_slice(text, room * number // (count - 1), size) for number in range(count)]


def _slice(text: str, start: int, size: int) -> str:
    """Cut a piece, without the broken words at its ends where white space shows them."""
    piece = text[start : start + size]
    if start > 0:
        space = piece.find(" ", 0, 24)
        piece = piece[space + 1 :]
    if start + size < len(text):
        space = piece.rfind(" ", len(piece) - 24)
        piece = piece[:space] if space > 0 else piece
    return piece


def _vote(passages: Sequence[str]) -> Reading[tuple[str, float, float]]:
    """Let passages vote: (winning tag, its score, share of the strongest other language).

    A passage without a language, or one whose score is below a half, tells nothing and is left
    out of the shares, unless no passage tells anything.
    """
    readable = [passage for passage in passages if any(map(str.isalpha, passage))]
    guesses = yield readable
    told = [
        (passage, guess)
        for passage, guess in zip(readable, guesses, strict=True)
        if guess.tag != UNDETERMINED and guess.score >= 0.5
    ]
    if not told:
        nothing = LanguageGuess(tag=UNDETERMINED, score=0.0)
        faint = max([nothing, *guesses], key=lambda one: (one.tag != UNDETERMINED, one.score))
        return faint.tag, faint.score, 0.0
    doubts: dict[str, list[float]] = {}
    for _, guess in told:
        doubts.setdefault(guess.tag, []).append(1.0 - guess.score)
    # Where all agree, the share is the whole, whatever the letters.
    votes = _count_votes(told) if len(doubts) > 1 else Counter(doubts.keys())
    total = votes.total()
    families: Counter[str] = Counter()
    for tag, weight in votes.items():
        families[FAMILY.get(tag, tag)] += weight
    winner = min(families, key=lambda family: (-families[family], family))
    own = [tag for tag in sorted(votes) if FAMILY.get(tag, tag) == winner]
    others = max((weight for family, weight in families.items() if family != winner), default=0)
    if len(own) > 1 or (own[0] in SECOND_LOOK and len(passages) > SAMPLES):
        # Kin are told apart by all passages together, and by nothing less.
        (guess,) = yield ["\n".join(passages)]
        if FAMILY.get(guess.tag) == winner:
            return guess.tag, families[winner] / total * guess.score, others / total
    best = min(own, key=lambda tag: (-votes[tag], tag))
    return best, votes[best] / total * (1.0 - prod(doubts[best])), others / total


def _count_votes(told: Sequence[tuple[str, LanguageGuess]]) -> Counter[str]:
    """Count the letters of the passages of each language, each times its score."""
    votes: Counter[str] = Counter()
    for passage, guess in told:
        letters = sum(map(str.isalpha, passage))
        votes[guess.tag] += round(letters * guess.score * 1000)
    return votes


def _with_script(tag: str, text: str) -> str:
    """Add the script that zh and sr need, counted in the first 4,000 characters."""
    head = text[:4000]
    if tag == "zh":
        simplified = sum(map(_ONLY_SIMPLIFIED.__contains__, head))
        traditional = sum(map(_ONLY_TRADITIONAL.__contains__, head))
        if simplified == traditional:
            return tag
        return "zh-Hans" if simplified > traditional else "zh-Hant"
    if tag == "sr":
        cyrillic, letters = len(_CYRILLIC.findall(head)), sum(map(str.isalpha, head))
        return "sr-Cyrl" if 2 * cyrillic >= letters else "sr-Latn"
    return tag


def _declared_tag(declared: str | None) -> str | None:
    """Read a declared tag (`fr_FR`, `zh-TW`); None for none or for what is no tag."""
    match = _DECLARED.fullmatch(declared) if declared else None
    if match is None:
        return None
    primary = canonical_tag(match[1])
    parts = re.split("[-_]", (match[2] or "").lower())
    if primary == UNDETERMINED or match[1].lower() in _SEVERAL:
        return None
    if primary == "zh" and _TRADITIONAL_REGIONS.intersection(parts):
        return "zh-Hant"
    if primary == "zh" and _SIMPLIFIED_REGIONS.intersection(parts):
        return "zh-Hans"
    if primary == "sr" and parts[0] in ("cyrl", "latn"):
        return f"sr-{parts[0].title()}"
    return primary


def _conflict(declared: str, identified: str) -> bool:
    """Tell whether two tags name different languages, or different scripts of one."""
    (first, _, script), (second, _, other) = declared.partition("-"), identified.partition("-")
    if {first, second} <= {"no", "nn"}:
        return False
    return first != second or bool(script and other and script != other)
