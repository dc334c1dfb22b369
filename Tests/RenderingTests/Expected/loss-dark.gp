# A figure of elbo, with its data. Look at it: gnuplot -persist FILE
# As a picture: gnuplot -e "set terminal pngcairo size 900,600 font 'Sans,14'; set output 'figure.png'" FILE
$data0 << EOD
0.0 0.0
1.0 1.0
2.0 2.0
3.0 2.0
4.0 2.0
EOD
$data1 << EOD
0.0 9.0
1.0 7.0
2.0 3.0
3.0 3.5
4.0 2.5
EOD
$data2 << EOD
0.0 9.0
1.0 6.0
2.0 4.0
3.0 3.0
4.0 2.5
EOD
$data3 << EOD
1.0 7.0
2.0 4.5
3.0 3.5
4.0 3.0
EOD
unset multiplot
reset
set encoding utf8
set minussign
set border 3 lw 1 lc rgb '#a0a4ad'
set tics nomirror scale 0.6 tc rgb '#ececec'
set key noenhanced samplen 2 spacing 1.2 tc rgb '#ececec'
set format '%h'
set grid lc rgb '#31343c' lw 1 lt 1
set label 1 'Training of m' at screen 0.02, screen 0.96333 left noenhanced font ':Bold,16' tc rgb '#ececec'
set label 2 'digits.train · epoch 4' at screen 0.02, screen 0.92333 left noenhanced font ',12' tc rgb '#a0a4ad'
set tmargin at screen 0.87667
set multiplot
set lmargin at screen 0.11111
set rmargin at screen 0.96889
set tmargin at screen 0.82667
set bmargin at screen 0.11
set tmargin at screen 0.33167
set label 5 'epoch' at graph 0.5, screen 0.03333 center noenhanced tc rgb '#ececec'
set label 3 'KL, nats' at screen 0.02222, graph 0.5 center rotate by 90 noenhanced tc rgb '#ececec'
set yrange [-0.12:2.12]
set ytics 1.0
set xrange [-0.08:4.08]
set xtics 0,1
unset key
plot $data0 using 1:2 with linespoints pt 7 ps 0.7 lw 2.5 lc rgb '#2FB45A' title 'KL'
unset label; unset arrow; set ytics autofreq
set bmargin at screen 0.36167
set tmargin at screen 0.82667
set format x ''
set label 3 'nats/image' at screen 0.02222, graph 0.5 center rotate by 90 noenhanced tc rgb '#ececec'
set yrange [2.11:10.04]
set xrange [-0.08:4.08]
set xtics 0,1
set arrow from first 2.0, graph 0 to first 2.0, graph 1 nohead dt (2,4) lw 1.5 lc rgb '#a0a4ad'
set label 'beta=2' at first 2.0, graph 0.965 left offset 1,0 noenhanced font ',11' tc rgb '#a0a4ad'
set key at screen 0.11111, screen 0.88333 left top horizontal Left reverse maxcols 2 font ',13'
plot $data1 using 1:2 with lines lw 1 lc rgb '#c088CCEE' notitle, $data2 using 1:2 with linespoints pt 7 ps 0.7 lw 2.5 lc rgb '#88CCEE' title 'loss', $data3 using 1:2 with linespoints pt 7 ps 0.7 lw 2.5 lc rgb '#EE7788' dt (8,5) title 'validation'
unset multiplot
