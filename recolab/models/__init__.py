"""Models, one file a family. A builder takes a split (or sizes) and returns a plain, compiled `keras.Model`."""

from recolab.models.attention_networks import AFM, AutoInt
from recolab.models.baselines import BiasBaseline, GlobalMean
from recolab.models.cross_networks import DCN, DCNv2, XDeepFM
from recolab.models.deep_mf import DeepMF
from recolab.models.dmf import DMF
from recolab.models.ease import EASE
from recolab.models.factorisation_machines import DNN, FM, LR, DeepFM
from recolab.models.ials import IALS
from recolab.models.item_knn import ItemKNN
from recolab.models.lazy_optimizers import LazyAdagrad, LazyAdam
from recolab.models.matrix_factorisation import BiasedMF, ExplicitMF, SigmoidMF
from recolab.models.mixed import MixedBiasMF, MixedTowersMF
from recolab.models.neural_cf import NeuralCF
from recolab.models.neural_ranking import GMF, MLP, NeuMF
from recolab.models.pairwise_losses import BPR, WARP, PairwiseLoss
from recolab.models.popularity import Popularity
from recolab.models.product_networks import IPNN, KPNN, OPNN
from recolab.models.ranking_mf import RankingMF
from recolab.models.rating_mlp import RatingMLP
from recolab.models.saving import load_model
from recolab.models.scoring import predict, scores
from recolab.models.sizes import Sizes
from recolab.models.wide_and_deep import JointOptimizer, WideAndDeep

__all__ = [
    "LR",
    "FM",
    "DeepFM",
    "DNN",
    "WideAndDeep",
    "JointOptimizer",
    "LazyAdam",
    "LazyAdagrad",
    "IPNN",
    "OPNN",
    "KPNN",
    "AFM",
    "AutoInt",
    "DCN",
    "DCNv2",
    "XDeepFM",
    "BPR",
    "GMF",
    "MLP",
    "WARP",
    "NeuMF",
    "PairwiseLoss",
    "RankingMF",
    "BiasBaseline",
    "EASE",
    "IALS",
    "ItemKNN",
    "Popularity",
    "BiasedMF",
    "DMF",
    "DeepMF",
    "ExplicitMF",
    "GlobalMean",
    "MixedBiasMF",
    "MixedTowersMF",
    "NeuralCF",
    "RatingMLP",
    "SigmoidMF",
    "Sizes",
    "load_model",
    "predict",
    "scores",
]
