# A figure of elbo, with its data. Look at it: gnuplot -persist FILE
# As a picture: gnuplot -e "set terminal pngcairo size 900,600 font 'Sans,14'; set output 'figure.png'" FILE
$data0 << EOD
0.0 9.0
1.0 6.0
2.0 5.0
EOD
$data1 << EOD
0.0 8.0
1.0 4.0
2.0 2.0
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
set label 1 'Training of m' at screen 0.02, screen 0.96333 left noenhanced font ':Bold,16' tc rgb '#222222'
set label 2 'epoch 2' at screen 0.02, screen 0.92333 left noenhanced font ',12' tc rgb '#666666'
set tmargin at screen 0.87667
set lmargin at screen 0.11111
set rmargin at screen 0.96889
set tmargin at screen 0.82667
set bmargin at screen 0.11
set label 5 'epoch' at graph 0.5, screen 0.03333 center noenhanced tc rgb '#222222'
set label 3 'nats/image' at screen 0.02222, graph 0.5 center rotate by 90 noenhanced tc rgb '#222222'
set yrange [0.0:9.42]
set xrange [-0.04:2.04]
set xtics 0,1
set key at screen 0.11111, screen 0.88333 left top horizontal Left reverse maxcols 2 font ',13'
plot $data0 using 1:2 with filledcurves x1 fs solid 0.85 noborder lc rgb '#117733' title 'KL', $data1 using 1:2 with filledcurves x1 fs solid 0.85 noborder lc rgb '#CC6677' title 'reconstruction'
