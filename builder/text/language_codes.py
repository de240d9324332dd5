"""Language codes that are published as another one, and languages that are mistaken for others.

It knows ISO 639-3 and bibliographic codes of the supported languages (from CLDR's aliases, Unicode
License v3) and the tag policy of `language.py`; it refuses to know texts.
"""

__all__ = ["FAMILY", "SECOND_LOOK", "UNDETERMINED", "canonical_tag"]

UNDETERMINED = "und"
"""The tag of a text whose language nobody knows, and of a text in none."""

_CODES = (
    "acm=ar aeb=ar afr=af alb=sq als=sq amh=am apc=ar ara=ar arb=ar arg=an arm=hy ars=ar "
    "ary=ar arz=ar asm=as aze=az azj=az bak=ba baq=eu bel=be ben=bn bos=bs bre=br bul=bg "
    "bur=my cat=ca ces=cs chi=zh cls=sa cmn=zh cym=cy cze=cs dan=da deu=de dut=nl dzo=dz "
    "ekk=et ell=el eng=en epo=eo est=et eus=eu fao=fo fas=fa fil=tl fin=fi fra=fr fre=fr "
    "fry=fy gaz=om geo=ka ger=de gla=gd gle=ga glg=gl grc=el gre=el grn=gn gug=gn guj=gu "
    "hat=ht hau=ha hbo=he hbs=hr heb=he hin=hi hrv=hr hun=hu hye=hy ibo=ig ice=is in=id "
    "ind=id isl=is ita=it iw=he jav=jv ji=yi jw=jv jpn=ja kan=kn kat=ka kaz=kk khk=mn "
    "khm=km kik=ki kin=rw kir=ky kmr=ku kor=ko kur=ku lao=lo lat=la lav=lv lin=ln lit=lt "
    "ltz=lb lug=lg lvs=lv mac=mk mal=ml mar=mr may=ms mis=und mkd=mk mlg=mg mlt=mt mo=ro "
    "mol=ro mon=mn msa=ms mul=und mya=my nan=zh nb=no nep=ne nld=nl nno=nn nob=no nor=no "
    "npi=ne oci=oc ori=or orm=om ory=or pan=pa pbu=ps per=fa pes=fa plt=mg pol=pl por=pt "
    "prp=gu prs=fa pus=ps que=qu quz=qu ron=ro rum=ro rus=ru san=sa sh=hr sin=si slk=sk "
    "slo=sk slv=sl sme=se sna=sn som=so sot=st spa=es sqi=sq srp=sr swa=sw swe=sv swh=sw "
    "tam=ta tat=tt tel=te tgk=tg tgl=tl tha=th tuk=tk tur=tr uig=ug ukr=uk urd=ur uzb=uz "
    "uzn=uz vie=vi vol=vo wel=cy wln=wa wuu=zh xho=xh yor=yo yue=zh zho=zh zsm=ms zul=zu "
    "zxx=und "
)
"""`long=short`: Bokmål and unspecified Norwegian are `no`; dialects are published as the standard
language that news is written in; `zxx` and `mul` are no language."""

_KIN = (
    "no nn da", "hr sr bs", "id ms", "cs sk", "gl pt", "es an ext", "en pcm", "nl af", "ba tt",
    "oc ca", "it vec lij", "lv ltg", "uz uzs", "fa ps", "xh zu", "st nso", "ku sdh", "ja zh",
)  # fmt: skip

FAMILY = {tag: row.split()[0] for row in _KIN for tag in row.split()}
"""Languages so close that a few sentences cannot tell them apart, by the first of their kin: never
a mixture by themselves."""

SECOND_LOOK = frozenset(FAMILY) - {"ca", "en", "es", "fa", "it", "ja", "lv", "nl", "pt", "zh"}
"""Kin that three samples do not settle: the small ones of a family, and equals like cs and sk."""

_CANONICAL = dict(pair.split("=") for pair in _CODES.split())


def canonical_tag(tag: str) -> str:
    """Return the primary language of a tag in our policy, without script and region.

    Example:
        >>> [canonical_tag(tag) for tag in ("nb", "yue", "pt_BR", "zxx", "fra_Latn")]
        ['no', 'zh', 'pt', 'und', 'fr']
    """
    primary = tag.strip().lower().replace("_", "-").partition("-")[0]
    return _CANONICAL.get(primary, primary)
