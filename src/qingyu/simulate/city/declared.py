"""The Zhuhai-like city, declared: invented figures of a plausible size, none of them a fact.

Rates are a day for each 10,000 of the exposure. Every number that the simulator uses and that is
not in the pack stands here or in `shapes`; `docs/explanation/simulator.md` explains them.
"""

from __future__ import annotations

from datetime import date

from qingyu.simulate.city.model import Episode, Scenario, Share, Stream

PEOPLE, RESIDENTS, WORKERS, LAND = "actual_population", "residents", "employed", "land_area"

_GRAVE = (("杀人", 4), ("强奸", 30), ("绑架", 3), ("劫持", 2), ("放火", 6), ("爆炸", 1),
          ("投放危险物质", 1))  # fmt: skip
_NEEDS = (("环境污染", 1), ("婚姻家庭", 18), ("邻里", 20), ("房屋宅基地", 6), ("合同", 10),
          ("生产经营", 5), ("损害赔偿", 8), ("山林土地", 3), ("征地拆迁", 2), ("劳动争议", 14),
          ("消费", 6), ("医疗", 2), ("道路交通事故", 8), ("物业", 12), ("其他", 5))  # fmt: skip

STREAMS = (
    # police_110
    Stream("theft", 1, PEOPLE, 0.24, 1.5, 0.35, 0.16, "theft", "home", "empty", -0.05, 0.93,
           (("入室盗窃", 18), ("三车盗窃", 34), ("其他盗窃", 48))),
    Stream("affray", 2, PEOPLE, 0.085, 1.4, 0.40, 0.16, "theft", "night", "empty", -0.03, 0.95,
           (("打架斗殴", 60), ("寻衅滋事", 22), ("故意伤害", 17),
            ("故意伤害致人重伤或死亡", 1))),
    Stream("robbery", 3, PEOPLE, 0.004, 1.0, 0.30, 0.10, "even", "night", "empty", -0.06, 0.97,
           (("抢劫", 45), ("抢夺", 55))),
    Stream("grave", 4, PEOPLE, 0.0006, 1.0, 0.30, 0.10, "even", "night", "even", -0.03, 1.0,
           _GRAVE),
    Stream("other_fraud", 5, PEOPLE, 0.05, 1.3, 0.30, 0.16, "fraud", "fraud", "fraud", -0.02,
           0.90, (("其他诈骗", 1),)),
    Stream("telecom_fraud", 6, PEOPLE, 0.095, 1.6, 0.30, 0.18, "fraud", "fraud", "fraud", 0.03,
           0.85, (("电信网络诈骗", 1),)),
    Stream("vice", 7, PEOPLE, 0.02, 1.3, 0.40, 0.15, "even", "night", "empty", -0.02, 0.60,
           (("赌博", 75), ("贩卖毒品", 25))),
    Stream("noise", 8, PEOPLE, 0.20, 1.8, 0.30, 0.10, "street", "night", "empty", 0.02, 0.80,
           (("噪音扰民", 1),)),
    Stream("quarrels", 9, PEOPLE, 0.24, 1.3, 0.25, 0.08, "even", "home", "empty", 0.0, 0.90,
           (("纠纷", 1),)),
    Stream("calls_for_help", 10, PEOPLE, 0.34, 1.3, 0.25, 0.08, "even", "even", "empty", 0.0, 1.0,
           (("求助", 72), ("其他", 28))),
    # police_122
    Stream("accidents", 20, PEOPLE, 0.32, 1.3, 0.35, 0.16, "road", "road", "road", -0.03, 0.92,
           (("交通事故", 1),)),
    Stream("traffic_calls", 21, PEOPLE, 0.34, 1.6, 0.30, 0.10, "road", "road", "road", 0.0, 1.0,
           (("交通拥堵", 30), ("交通违法", 42), ("求助", 18), ("其他", 10))),
    # fire_119
    Stream("fires", 30, PEOPLE, 0.020, 1.2, 0.30, 0.18, "fire", "home", "fire", -0.04, 0.96,
           (("火灾", 1),)),
    Stream("turn_outs", 31, PEOPLE, 0.052, 1.3, 0.25, 0.08, "even", "even", "even", 0.01, 1.0,
           (("抢险救援", 50), ("社会救助", 36), ("误报", 14))),
    # urban_management: what there is to be found; what is found depends on patrol
    Stream("street_events", 40, PEOPLE, 2.2, 1.7, 0.30, 0.16, "street", "even", "empty", -0.03, 1.0,
           (("乱堆放", 22), ("乱摆卖", 24), ("占道经营", 16), ("暴露垃圾", 18), ("违规广告", 9),
            ("道路破损", 5), ("设施损坏", 6))),
    # hotline_12345, market_12315
    Stream("requests", 50, RESIDENTS, 1.6, 2.0, 0.25, 0.08, "office", "office", "office", 0.04,
           1.0, (("咨询", 34), ("求助", 26), ("投诉", 30), ("举报", 6), ("建议", 4))),
    Stream("food_complaints", 51, PEOPLE, 0.075, 1.5, 0.35, 0.18, "street", "office", "office",
           0.02, 1.0, (("食品", 1),)),
    Stream("other_complaints", 52, PEOPLE, 0.17, 1.5, 0.35, 0.10, "office", "office", "office",
           0.03, 1.0, (("药品", 4), ("商品", 52), ("服务", 44))),
    # monthly departments
    Stream("disputes", 60, RESIDENTS, 0.08, 1.2, 0.30, 0.10, "office", "office", "office", 0.0,
           0.95, _NEEDS),
    Stream("petitions", 61, RESIDENTS, 0.026, 1.4, 0.30, 0.10, "office", "works", "office", -0.02),
    Stream("parcels", 62, LAND, 0.035, 2.2, 0.50, 0.20, "even", "works", "office", -0.06),
    Stream("work_accidents", 63, WORKERS, 0.0042, 1.1, 0.35, 0.12, "even", "office", "empty", -0.04,
           0.88, (("一般", 1),)),
    Stream("site_hazards", 64, WORKERS, 0.19, 2.5, 0.40, 0.15, "even", "works", "office", 0.0, 1.0,
           (("一般", 93), ("重大", 7))),
    Stream("ratings", 65, RESIDENTS, 0.62, 2.0, 0.25, 0.20, "even", "even", "even", 0.03),
    Stream("rounds", 66, RESIDENTS, 0.03, 1.0, 0.20, 0.05, "even", "works", "office", 0.0, 1.0,
           (("文明巡查", 1),)),
    Stream("service", 67, RESIDENTS, 0.14, 1.2, 0.25, 0.10, "even", "home", "empty", 0.05, 1.0,
           (("志愿服务", 1),)),
    Stream("honours", 68, RESIDENTS, 0.0024, 1.0, 0.25, 0.15, "even", "works", "office", 0.0, 1.0,
           (("见义勇为", 30), ("好人好事", 62), ("道德模范", 8))),
    Stream("samples", 69, PEOPLE, 0.12, 1.5, 0.25, 0.10, "even", "works", "office", 0.0, 1.0,
           (("食品", 78), ("药品", 12), ("医疗器械", 4), ("化妆品", 6))),
    Stream("fleet_checks", 70, PEOPLE, 0.06, 1.0, 0.25, 0.10, "road", "works", "office", 0.0, 1.0,
           (("客运", 20), ("货运", 38), ("危货", 8), ("出租", 18), ("网约", 16))),
    Stream("fire_hazards", 71, PEOPLE, 0.15, 2.0, 0.30, 0.12, "fire", "works", "office", 0.0, 1.0,
           (("住宅", 22), ("出租屋", 26), ("工厂", 18), ("商铺", 24), ("公共场所", 10))),
    Stream("arrears", 72, WORKERS, 0.011, 1.4, 0.40, 0.15, "arrears", "works", "office", -0.05),
    Stream("medical_disputes", 73, RESIDENTS, 0.002, 1.1, 0.20, 0.10, "even", "office", "office"),
    Stream("watches", 74, PEOPLE, 0.085, 1.0, 0.15, 0.05, "even", "road", "empty", 0.0, 1.0,
           (("路口检查", 1),)),
)  # fmt: skip

SHARES = (
    Share("urban_closed", 140, 0.955),
    Share("hotline_in_time", 150, 0.965),
    Share("hotline_fixed", 151, 0.86, 0.25),
    Share("consumer_accepted", 152, 0.985),
    Share("consumer_closed", 153, 0.96),
    Share("consumer_solved", 154, 0.62, 0.15),
    Share("food_confirmed", 155, 0.27, 0.06),
    Share("disputes_settled", 160, 0.94),
    Share("disputes_held", 161, 0.965),
    Share("petitions_in_time", 162, 0.95),
    Share("site_hazards_closed", 164, 0.955),
    Share("content", 165, 0.80, 0.25),  # of raters; see records/ratings
    Share("orderly_points", 166, 0.94, 0.25),  # civility inspections
    Share("samples_passed", 169, 0.972, 0.25),
    Share("fleet_in_order", 170, 0.93, 0.25),
    Share("fire_hazards_closed", 171, 0.95),
    Share("arrears_confirmed", 172, 0.64, 0.10),
    Share("medical_confirmed", 173, 0.35, 0.05),
    Share("civil_traffic", 174, 0.955, 0.25),
)

TANGJIAWAN, QIANSHAN, GONGBEI = "440402100000", "440402003000", "440402005000"
XIANGWAN, NANPING, BAIJIAO = "440402006000", "440402102000", "440403106000"
JINGAN, SANZAO, HONGQI = "440403107000", "440404100000", "440404103000"

# Ramps: a rise within ten days, a notice at its height, and a fall below the old level as the
# town mends its junctions and its habits.
_SURGE = ((0, 1000), (10, 2200), (34, 2200), (62, 900), (150, 900), (180, 1000))

_UNCIVIL = "Jaywalking and not giving way, in the same weeks"
_UNCIVIL_ZH = "同期行人违规、车不让人"

EPISODES = (
    Episode("tangjiawan_2022", "唐家湾镇交通警情增多，经整改下降",
            "Road accidents rise and, after rectification, fall",
            (TANGJIAWAN,), ("accidents",), date(2022, 3, 7), _SURGE),
    Episode("tangjiawan_2022_uncivil", _UNCIVIL_ZH, _UNCIVIL,
            (TANGJIAWAN,), ("civil_traffic",), date(2022, 3, 7), _SURGE, "fails"),
    Episode("tangjiawan_2026", "唐家湾镇交通警情再次增多，整改中",
            "Road accidents rise once more; rectification under way",
            (TANGJIAWAN,), ("accidents",), date(2026, 9, 1), _SURGE),
    Episode("tangjiawan_2026_uncivil", _UNCIVIL_ZH, _UNCIVIL,
            (TANGJIAWAN,), ("civil_traffic",), date(2026, 9, 1), _SURGE, "fails"),
    Episode("fraud_2024", "冒充客服诈骗流行", "A wave of telecom fraud in the whole city",
            (), ("telecom_fraud",), date(2024, 5, 20),
            ((0, 1000), (7, 1700), (30, 1600), (45, 1000))),
    Episode("theft_2025", "前山街道三车盗窃团伙", "A gang of bicycle thieves, then caught",
            (QIANSHAN,), ("theft",), date(2025, 6, 2),
            ((0, 1000), (3, 1900), (40, 1900), (41, 800), (80, 1000))),
    Episode("fires_2026", "井岸镇电动车充电火灾", "Fires of charging bicycles, unresolved",
            (JINGAN,), ("fires",), date(2026, 10, 5),
            ((0, 1000), (3, 3500), (45, 3500), (60, 1000))),
    Episode("food_2026", "拱北街道夜市食品投诉", "Bad food at a night market",
            (GONGBEI,), ("food_complaints",), date(2026, 8, 10),
            ((0, 1000), (2, 3000), (25, 3000), (40, 1000))),
    Episode("typhoon_2023", "台风日（真实的激增）", "A typhoon: a real leap, not a slip",
            (), ("turn_outs", "calls_for_help", "traffic_calls"), date(2023, 9, 1),
            ((0, 4000), (1, 9000), (2, 3000), (3, 1000))),
    Episode("arrears_2025", "红旗镇建筑项目欠薪", "A building project stops paying",
            (HONGQI,), ("arrears",), date(2025, 12, 1),
            ((0, 1000), (5, 5000), (40, 5000), (60, 1000))),
    Episode("patrol_2025", "香湾街道巡查加倍（街面未变）",
            "Patrol doubles; the streets do not change",
            (XIANGWAN,), ("street_events",), date(2025, 9, 1),
            ((0, 1000), (1, 2000), (90, 2000), (91, 1000)), "patrol"),
    Episode("unrecorded_2025", "南屏镇少登记盗窃", "Thefts are no longer entered",
            (NANPING,), ("theft",), date(2025, 3, 1),
            ((0, 1000), (1, 550), (90, 550), (91, 1000)), "recorded"),
    Episode("hotline_2024", "三灶镇热线办理拖延", "Requests are left lying",
            (SANZAO,), ("hotline_in_time",), date(2024, 8, 1),
            ((0, 1000), (3, 5000), (60, 5000), (75, 1000)), "fails"),
    Episode("dumping_2026", "白蕉镇偷倒垃圾", "Night-time dumping",
            (BAIJIAO,), ("street_events",), date(2026, 9, 20),
            ((0, 1000), (2, 2000), (30, 2000), (45, 1000))),
)  # fmt: skip

ZHUHAI = Scenario(STREAMS, SHARES, EPISODES)
