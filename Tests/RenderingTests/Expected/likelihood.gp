# A figure of elbo, with its data. Look at it: gnuplot -persist FILE
# As a picture: gnuplot -e "set terminal pngcairo size 900,600 font 'Sans,14'; set output 'figure.png'" FILE
$data0 << EOD
1.0 96.0
10.0 92.0
100.0 91.0
1000.0 90.5
EOD
$data1 << EOD
1.0 96.0 0.0
10.0 92.0 0.0
100.0 91.0 0.0
1000.0 90.5 1.5
EOD
unset multiplot
reset
set encoding utf8
set minussign
set border 3 lw 1 lc rgb '#666666'
set tics nomirror scale 0.6 tc rgb '#222222'
set key noenhanced samplen 2 spacing 1.2 tc rgb '#222222'
set format '%h'
set grid lc rgb '#e4e4e4' lw 1 lt 1
set label 1 'Convergence of the likelihood of m' at screen 0.02, screen 0.96333 left noenhanced font ':Bold,16' tc rgb '#222222'
set label 2 'digits.test, 200 examples' at screen 0.02, screen 0.92333 left noenhanced font ',12' tc rgb '#666666'
set tmargin at screen 0.87667
set lmargin at screen 0.11111
set rmargin at screen 0.96889
set tmargin at screen 0.82667
set bmargin at screen 0.11
set label 5 'importance samples k' at graph 0.5, screen 0.03333 center noenhanced tc rgb '#222222'
set label 3 '−log p(x), nats/image' at screen 0.02222, graph 0.5 center rotate by 90 noenhanced tc rgb '#222222'
set logscale x
set yrange [88.58:96.42]
set xrange [0.9:1150.0]
set key at screen 0.11111, screen 0.88333 left top horizontal Left reverse maxcols 1 font ',13'
plot $data1 using 1:2:3 with yerrorbars lw 1.5 lc rgb '#332288' pt 0 notitle, $data0 using 1:2 with linespoints pt 7 ps 0.7 lw 2.5 lc rgb '#332288' title 'm: 90.5 nats'
